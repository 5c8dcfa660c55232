from dataclasses import dataclass

from schemas.fields import UnknownValue
from schemas.vocabulary import PeriodType, RoundingType


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpirationRules:
    """When the points of a campaign's loyalty cards expire."""

    period_type: PeriodType | UnknownValue | None = None
    period_value: int | None = None
    rounding_type: RoundingType | UnknownValue | None = None
    rounding_value: int | None = None
    fixed_month: int | None = None
    fixed_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLoyaltyCard:
    """The loyalty card that a campaign gives out."""

    points: int | None = None
    expiration_rules: ExpirationRules | None = None

from dataclasses import dataclass

from schemas.fields import UnknownValue
from schemas.vocabulary_of_rules import (
    QualificationType,
    RoundingStrategy,
    TierEnd,
    TierPeriod,
    TierStart,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersStart:
    """When loyalty tiers start to hold."""

    type: TierStart | UnknownValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersRounding:
    """How the end of loyalty tiers is moved to the end of a period."""

    type: TierPeriod | UnknownValue | None = None
    strategy: RoundingStrategy | UnknownValue | None = None
    unit: TierPeriod | UnknownValue | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersEnd:
    """When loyalty tiers end; `extend` is an ISO 8601 duration."""

    type: TierEnd | UnknownValue | None = None
    extend: str | None = None
    rounding: TiersRounding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyTiersExpiration:
    """How long customers keep the loyalty tiers of a campaign (`LoyaltyTiersExpirationAll`)."""

    qualification_type: QualificationType | UnknownValue | None = None
    qualification_period: TierPeriod | UnknownValue | None = None
    start_date: TiersStart | None = None
    expiration_date: TiersEnd | None = None

from dataclasses import dataclass
from decimal import Decimal

from schemas.fields import UnknownValue
from schemas.vocabulary import ConversionEventType, VoucherType


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomEventDefinition:
    """An event of the shop's own, which it gave a name (`SimpleCustomEvent`)."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedObject:
    """The campaign whose card a reward goes to."""

    id: str | None = None
    name: str | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereeReward:
    """What a referee gets at conversion, as the campaign says now, not at the grant."""

    type: VoucherType | UnknownValue | None = None
    amount: int | Decimal | None = None
    related_object_parent: RelatedObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralProgram:
    """What makes a referral count. The published examples show no `referee_reward`."""

    conversion_event_type: ConversionEventType | UnknownValue | None = None
    custom_event: CustomEventDefinition | None = None
    referee_reward: RefereeReward | None = None

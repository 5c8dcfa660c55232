from dataclasses import dataclass
from datetime import datetime

from schemas.event_reference import EventSource
from schemas.fields import UnknownValue
from schemas.parts.references import NamedReference, OrderReference
from schemas.vocabulary_of_orders import EventCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class EarningEvent:
    """The event that earned points."""

    id: str | None = None
    type: str | None = None
    group_id: str | None = None
    entity_id: str | None = None
    created_at: datetime | None = None
    category: EventCategory | UnknownValue | None = None
    event_source: EventSource | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBanner:
    """How an earning rule is shown."""

    banner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReference:
    """The earning rule that gave points."""

    id: str | None = None
    source: RuleBanner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPointsDetails:
    """What pending points come from (`LoyaltyPendingPointsDetails`)."""

    loyalty_tier: NamedReference | None = None
    holder_loyalty_tier: NamedReference | None = None
    event: EarningEvent | None = None
    earning_rule: RuleReference | None = None
    order: OrderReference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPoints:
    """
    Points that count later (`LoyaltyPendingPoints`).

    `activates_at` is a date without a time.
    """

    id: str | None = None
    voucher_id: str | None = None
    campaign_id: str | None = None
    customer_id: str | None = None
    order_id: str | None = None
    points: int | None = None
    activates_at: str | None = None
    details: PendingPointsDetails | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedPendingPoints(PendingPoints):
    """The points that an event is about."""

    id: str

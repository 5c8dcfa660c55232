from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from schemas.fields import Named


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRange:
    """From how many points to how many a tier goes; without an end for the highest."""

    from_: Annotated[int | None, Named("from")] = None
    to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TierConfig:
    """The points of a tier once more."""

    points: PointsRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyTierExpiration:
    """When a customer loses a tier, as times without a declared form (`LoyaltyTierExpiration`)."""

    customer_id: str | None = None
    campaign_id: str | None = None
    tier_id: str | None = None
    start_date: str | None = None
    expiration_date: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyTier:
    """
    A tier of a loyalty programme (`LoyaltyTier`).

    `earning_rules` and `rewards` are kept as they come: their names are ids.
    """

    id: str | None = None
    name: str | None = None
    campaign_id: str | None = None
    points: PointsRange | None = None
    config: TierConfig | None = None
    earning_rules: Mapping[str, Any] | None = field(default=None, repr=False)
    rewards: Mapping[str, Any] | None = field(default=None, repr=False)
    expiration: LoyaltyTierExpiration | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedLoyaltyTier(LoyaltyTier):
    """The tier that an event is about."""

    id: str

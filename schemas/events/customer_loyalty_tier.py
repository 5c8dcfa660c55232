"""`customer.loyalty.tier.*`."""

from dataclasses import dataclass
from datetime import datetime

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.loyalty_tier import IdentifiedLoyaltyTier, LoyaltyTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLoyaltyTier(Event):
    """What events about a customer and a tier have in common (`EventCustomerLoyaltyTierBase`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLoyaltyTierDowngraded(CustomerLoyaltyTier):
    """A customer came into a lower tier."""

    loyalty_tier_from: LoyaltyTier | None = None
    loyalty_tier_to: IdentifiedLoyaltyTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLoyaltyTierJoined(CustomerLoyaltyTier):
    """A customer came into their first tier."""

    loyalty_tier: IdentifiedLoyaltyTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLoyaltyTierLeft(CustomerLoyaltyTier):
    """A customer has no tier any more."""

    loyalty_tier: IdentifiedLoyaltyTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLoyaltyTierProlonged(CustomerLoyaltyTier):
    """A customer keeps their tier."""

    loyalty_tier: IdentifiedLoyaltyTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLoyaltyTierUpgraded(CustomerLoyaltyTier):
    """A customer came into a higher tier."""

    loyalty_tier_from: LoyaltyTier | None = None
    loyalty_tier_to: IdentifiedLoyaltyTier

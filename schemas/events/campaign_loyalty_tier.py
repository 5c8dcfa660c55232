"""`campaign.loyalty_tier.*`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.loyalty_tier import IdentifiedLoyaltyTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLoyaltyTier(Event):
    """What the events about a tier of a programme have in common."""

    campaign: Campaign | None = None
    loyalty_tier: IdentifiedLoyaltyTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLoyaltyTierCreated(CampaignLoyaltyTier):
    """A tier of a loyalty programme was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLoyaltyTierDeleted(CampaignLoyaltyTier):
    """A tier of a loyalty programme was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLoyaltyTierUpdated(CampaignLoyaltyTier):
    """A tier of a loyalty programme was changed."""

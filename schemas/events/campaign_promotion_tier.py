"""`campaign.promotion_tier.*`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.full_promotion_tier import FullPromotionTier


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPromotionTier(Event):
    """What the events about a promotion tier have in common (`EventCampaignPromotionTier`)."""

    campaign: Campaign | None = None
    promotion_tier: FullPromotionTier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPromotionTierCreated(CampaignPromotionTier):
    """A promotion tier was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPromotionTierDeleted(CampaignPromotionTier):
    """A promotion tier was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPromotionTierDisabled(CampaignPromotionTier):
    """A promotion tier was switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPromotionTierEnabled(CampaignPromotionTier):
    """A promotion tier was switched on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPromotionTierUpdated(CampaignPromotionTier):
    """A promotion tier was changed."""

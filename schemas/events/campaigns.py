"""Events about campaigns and about the tiers of promotions and loyalty programmes."""

from datetime import datetime

from schemas.event import Event
from schemas.parts.campaigns import Campaign
from schemas.parts.customers import Customer
from schemas.parts.full_campaigns import FullCampaign
from schemas.parts.loyalty import IdentifiedLoyaltyTier, LoyaltyTier
from schemas.parts.promotions import FullPromotionTier


class CampaignEvent(Event):
    """What the events about a campaign have in common."""

    campaign: FullCampaign


class CampaignCreated(CampaignEvent, event_type="campaign.created"):
    """A campaign was made (`EventCampaignCreatedData`)."""

    created_at: datetime | None = None


class CampaignDeleted(CampaignEvent, event_type="campaign.deleted"):
    """A campaign was deleted (`EventCampaignDeletedData`)."""

    deleted_at: datetime | None = None


class CampaignDisabled(CampaignEvent, event_type="campaign.disabled"):
    """A campaign was switched off."""


class CampaignEnabled(CampaignEvent, event_type="campaign.enabled"):
    """A campaign was switched on."""


class CampaignUpdated(CampaignEvent, event_type="campaign.updated"):
    """A campaign was changed."""


class CampaignVouchersGenerationCompleted(
    Event, event_type="campaign.vouchers.generation.completed"
):
    """The codes of a campaign were made (`EventCampaignVouchersGenerationCompletedData`)."""

    campaign: Campaign | None = None
    count: int | None = None
    completed_at: datetime | None = None


class CampaignLoyaltyTier(Event):
    """What the events about a tier of a programme have in common."""

    campaign: Campaign | None = None
    loyalty_tier: IdentifiedLoyaltyTier


class CampaignLoyaltyTierCreated(CampaignLoyaltyTier, event_type="campaign.loyalty_tier.created"):
    """A tier of a loyalty programme was made."""


class CampaignLoyaltyTierDeleted(CampaignLoyaltyTier, event_type="campaign.loyalty_tier.deleted"):
    """A tier of a loyalty programme was deleted."""


class CampaignLoyaltyTierUpdated(CampaignLoyaltyTier, event_type="campaign.loyalty_tier.updated"):
    """A tier of a loyalty programme was changed."""


class CampaignPromotionTier(Event):
    """What the events about a promotion tier have in common (`EventCampaignPromotionTier`)."""

    campaign: Campaign | None = None
    promotion_tier: FullPromotionTier | None = None


class CampaignPromotionTierCreated(
    CampaignPromotionTier, event_type="campaign.promotion_tier.created"
):
    """A promotion tier was made."""


class CampaignPromotionTierDeleted(
    CampaignPromotionTier, event_type="campaign.promotion_tier.deleted"
):
    """A promotion tier was deleted."""


class CampaignPromotionTierDisabled(
    CampaignPromotionTier, event_type="campaign.promotion_tier.disabled"
):
    """A promotion tier was switched off."""


class CampaignPromotionTierEnabled(
    CampaignPromotionTier, event_type="campaign.promotion_tier.enabled"
):
    """A promotion tier was switched on."""


class CampaignPromotionTierUpdated(
    CampaignPromotionTier, event_type="campaign.promotion_tier.updated"
):
    """A promotion tier was changed."""


class CustomerLoyaltyTier(Event):
    """What events about a customer and a tier have in common (`EventCustomerLoyaltyTierBase`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    created_at: datetime | None = None


class CustomerLoyaltyTierDowngraded(
    CustomerLoyaltyTier, event_type="customer.loyalty.tier.downgraded"
):
    """A customer came into a lower tier."""

    loyalty_tier_from: LoyaltyTier | None = None
    loyalty_tier_to: IdentifiedLoyaltyTier


class CustomerLoyaltyTierJoined(CustomerLoyaltyTier, event_type="customer.loyalty.tier.joined"):
    """A customer came into their first tier."""

    loyalty_tier: IdentifiedLoyaltyTier


class CustomerLoyaltyTierLeft(CustomerLoyaltyTier, event_type="customer.loyalty.tier.left"):
    """A customer has no tier any more."""

    loyalty_tier: IdentifiedLoyaltyTier


class CustomerLoyaltyTierProlonged(
    CustomerLoyaltyTier, event_type="customer.loyalty.tier.prolonged"
):
    """A customer keeps their tier."""

    loyalty_tier: IdentifiedLoyaltyTier


class CustomerLoyaltyTierUpgraded(CustomerLoyaltyTier, event_type="customer.loyalty.tier.upgraded"):
    """A customer came into a higher tier."""

    loyalty_tier_from: LoyaltyTier | None = None
    loyalty_tier_to: IdentifiedLoyaltyTier

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from schemas.parts.category import Category
from schemas.parts.discount import Discount
from schemas.parts.promotion_tier import PromotionTier
from schemas.parts.references import Reference
from schemas.parts.validation_rule_assignment import ValidationRuleAssignments
from schemas.parts.validity import ValidityHours, ValidityTimeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionAction:
    """What a promotion tier does."""

    discount: Discount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionCampaign(Reference):
    """The campaign of a promotion tier, as far as its validity goes."""

    start_date: datetime | None = None
    expiration_date: datetime | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None
    active: bool | None = None
    category_id: str | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRedemptions:
    """How often a promotion tier was redeemed."""

    total_redeemed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TierOrders:
    """Cents of the orders that a promotion tier was redeemed on."""

    total_amount: int | Decimal | None = None
    total_discount_amount: int | Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSummary:
    """What came of a promotion tier."""

    redemptions: TierRedemptions | None = None
    orders: TierOrders | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullPromotionTier(PromotionTier):
    """
    A tier of a promotion (`PromotionTier`). None of its fields is required.

    Its list of assignments has another name than that of a voucher: `validation_rule_assignments`.
    """

    created_at: datetime | None = None
    updated_at: datetime | None = None
    action: PromotionAction | None = None
    hierarchy: int | None = None
    promotion_id: str | None = None
    campaign: PromotionCampaign | None = None
    campaign_id: str | None = None
    active: bool | None = None
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None
    summary: TierSummary | None = None
    validation_rule_assignments: ValidationRuleAssignments | None = None
    category_id: str | None = None
    categories: tuple[Category, ...] | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionTiers:
    """The tiers of a campaign (`PromotionTiersList`)."""

    object: str | None = None
    data_ref: str | None = None
    tiers: tuple[FullPromotionTier, ...] | None = None
    total: int | None = None
    has_more: bool | None = None

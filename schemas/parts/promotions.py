"""Promotion tiers, in short and in full."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.model import Model
from schemas.parts.common import (
    Category,
    Reference,
    ValidationRuleAssignments,
    ValidityHours,
    ValidityTimeframe,
)
from schemas.parts.discounts import Discount


class PromotionTier(Model):
    """A tier of a promotion in short (`SimplePromotionTier`)."""

    id: str | None = None
    name: str | None = None
    banner: str | None = None
    campaign: Reference | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)


class StackedTiers(Model):
    """Ids of the tiers of a stack, in their order."""

    ids: tuple[str, ...] | None = None
    hierarchy_mode: str | None = None


class PromotionStack(Model):
    """Promotion tiers that are applied together (`SimplePromotionStack`)."""

    id: str | None = None
    name: str | None = None
    category_id: str | None = None
    campaign: Reference | None = None
    tiers: StackedTiers | None = None


class PromotionAction(Model):
    """What a promotion tier does."""

    discount: Discount | None = None


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


class TierRedemptions(Model):
    """How often a promotion tier was redeemed."""

    total_redeemed: int | None = None


class TierOrders(Model):
    """Cents of the orders that a promotion tier was redeemed on."""

    total_amount: int | Decimal | None = None
    total_discount_amount: int | Decimal | None = None


class TierSummary(Model):
    """What came of a promotion tier."""

    redemptions: TierRedemptions | None = None
    orders: TierOrders | None = None


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


class PromotionTiers(Model):
    """The tiers of a campaign (`PromotionTiersList`)."""

    object: str | None = None
    data_ref: str | None = None
    tiers: tuple[FullPromotionTier, ...] | None = None
    total: int | None = None
    has_more: bool | None = None

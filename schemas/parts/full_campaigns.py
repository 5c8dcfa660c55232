"""Campaigns with all that Voucherify knows of them, as the events about them show them."""

from datetime import datetime

from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.parts.campaigns import Campaign, CampaignVoucher
from schemas.parts.common import ValidationRuleAssignments, ValidityHours, ValidityTimeframe
from schemas.parts.promotions import PromotionTiers
from schemas.vocabulary.rules import (
    GenerationStatus,
    QualificationType,
    RoundingStrategy,
    TierEnd,
    TierPeriod,
    TierStart,
)


class FullCampaignVoucher(CampaignVoucher):
    """What the codes of a campaign are made from (`CampaignVoucher`)."""

    is_referral_code: bool | None = None
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None


class AccessSettingsAssignment(Model):
    """An area of the shop, or one of its stores, that a campaign belongs to."""

    id: str | None = None
    area_id: str | None = None
    all_stores: bool | None = None
    area_store_id: str | None = None
    created_at: datetime | None = None
    object: str | None = None


class AccessSettingsAssignments(Model):
    """A list of areas (`AccessSettingsAssignmentsList`)."""

    object: str | None = None
    data_ref: str | None = None
    data: tuple[AccessSettingsAssignment, ...] | None = None
    total: int | None = None


class TiersStart(Model):
    """When loyalty tiers become valid."""

    type: TierStart | UnknownValue | None = None


class TiersRounding(Model):
    """How the end of loyalty tiers is moved to the end of a period."""

    type: TierPeriod | UnknownValue | None = None
    strategy: RoundingStrategy | UnknownValue | None = None
    unit: TierPeriod | UnknownValue | None = None
    value: int | None = None


class TiersEnd(Model):
    """When loyalty tiers end; `extend` is an ISO 8601 duration."""

    type: TierEnd | UnknownValue | None = None
    extend: str | None = None
    rounding: TiersRounding | None = None


class LoyaltyTiersExpiration(Model):
    """How long customers keep the loyalty tiers of a campaign (`LoyaltyTiersExpirationAll`)."""

    qualification_type: QualificationType | UnknownValue | None = None
    qualification_period: TierPeriod | UnknownValue | None = None
    start_date: TiersStart | None = None
    expiration_date: TiersEnd | None = None


class FullCampaign(Campaign):
    """A campaign with all that Voucherify knows of it (`Campaign`), as events about it show it."""

    id: str
    voucher: FullCampaignVoucher | None = None
    use_voucher_metadata_schema: bool | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None
    activity_duration_after_publishing: str | None = None
    vouchers_count: int | None = None
    creation_status: GenerationStatus | UnknownValue | None = None
    vouchers_generation_status: GenerationStatus | UnknownValue | None = None
    protected: bool | None = None
    loyalty_tiers_expiration: LoyaltyTiersExpiration | None = None
    promotion: PromotionTiers | None = None
    validation_rules_assignments: ValidationRuleAssignments | None = None
    access_settings_assignments: AccessSettingsAssignments | None = None

from dataclasses import dataclass
from datetime import datetime

from schemas.fields import UnknownValue
from schemas.parts.campaign import Campaign
from schemas.parts.campaign_voucher import CampaignVoucher
from schemas.parts.full_promotion_tier import PromotionTiers
from schemas.parts.loyalty_tiers_expiration import LoyaltyTiersExpiration
from schemas.parts.validation_rule_assignment import ValidationRuleAssignments
from schemas.parts.validity import ValidityHours, ValidityTimeframe
from schemas.vocabulary_of_rules import GenerationStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class FullCampaignVoucher(CampaignVoucher):
    """What the codes of a campaign are made from (`CampaignVoucher`)."""

    is_referral_code: bool | None = None
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettingsAssignment:
    """An area of the shop, or one of its stores, that a campaign belongs to."""

    id: str | None = None
    area_id: str | None = None
    all_stores: bool | None = None
    area_store_id: str | None = None
    created_at: datetime | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettingsAssignments:
    """A list of areas (`AccessSettingsAssignmentsList`)."""

    object: str | None = None
    data_ref: str | None = None
    data: tuple[AccessSettingsAssignment, ...] | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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

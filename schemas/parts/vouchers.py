"""Codes, in short and in full, and who holds them."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.parts.common import (
    Category,
    RedemptionCount,
    ValidationRuleAssignments,
    ValidityHours,
    ValidityTimeframe,
)
from schemas.parts.discounts import Discount, Gift
from schemas.vocabulary.vouchers import CampaignType, HolderRole, RedeemableObject, VoucherType


class LoyaltyCard(Model):
    """The points of a loyalty card. `next_expiration_date` is a date without a time."""

    points: int | None = None
    balance: int | None = None
    next_expiration_date: str | None = None
    next_expiration_points: int | None = None
    pending_points: int | None = None
    expired_points: int | None = None
    subtracted_points: int | None = None


class Voucher(Model):
    """
    A code as events show one (`SimpleVoucher`): a snapshot that may be stale.

    In an event about a referee this is the referrer's code, which all of the referrer's
    referees share: its `holder_id` and `referrer_id` are the referrer. `code` is hidden,
    because anyone who knows it can redeem it.
    """

    id: str | None = None
    code: str | None = field(default=None, repr=False)
    type: VoucherType | UnknownValue | None = None
    campaign: str | None = None
    campaign_id: str | None = None
    is_referral_code: bool | None = None
    gift: Gift | None = None
    discount: Discount | None = None
    loyalty_card: LoyaltyCard | None = None
    holder_id: str | None = None
    referrer_id: str | None = None
    category_id: str | None = None
    categories: tuple[Category, ...] | None = None
    active: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    redemption: RedemptionCount | None = None
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    object: str | None = None


class FullRedemptionCount(RedemptionCount):
    """How often a code was redeemed, and the cents or points that were."""

    redeemed_amount: int | Decimal | None = None
    redeemed_points: int | None = None
    object: str | None = None
    url: str | None = field(default=None, repr=False)


class Picture(Model):
    """A picture of a code, which anyone who has the address can read."""

    id: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)


class VoucherAssets(Model):
    """Pictures of a code (`VoucherAssets`)."""

    qr: Picture | None = None
    barcode: Picture | None = None


class PublishedCount(Model):
    """How often a code was given to customers."""

    object: str | None = None
    count: int | None = None
    url: str | None = field(default=None, repr=False)


class FullVoucher(Voucher):
    """
    A code with all that Voucherify knows of it (`Voucher`). Not even its id is required.

    `campaign` is the name, as in the short form.
    """

    category: str | None = None
    validity_timeframe: ValidityTimeframe | None = None
    validity_day_of_week: tuple[int, ...] | None = None
    validity_hours: ValidityHours | None = None
    additional_info: str | None = field(default=None, repr=False)
    assets: VoucherAssets | None = None
    validation_rules_assignments: ValidationRuleAssignments | None = None
    publish: PublishedCount | None = None
    redemption: FullRedemptionCount | None = None


class Holder(Model):
    """
    One assignment of a redeemable to a customer (`SimpleRedeemableHolder`).

    `id` is the assignment's own: who is assigned again gets a new one. `created_at` is
    when the redeemable was assigned, also in the event about the removal.
    `campaign_type` may be null or another one than a referral program for owners.
    Which perks are taken back is decided on the strict fields.
    """

    id: str
    customer_id: str
    holder_role: HolderRole | UnknownValue
    redeemable_id: str
    campaign_id: str
    created_at: datetime | None = None
    redeemable_object: RedeemableObject | UnknownValue | None = None
    campaign_type: CampaignType | UnknownValue | None = None
    voucher_type: VoucherType | UnknownValue | None = None
    publication_id: str | None = None
    object: str | None = None

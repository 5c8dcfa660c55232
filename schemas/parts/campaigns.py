"""Campaigns in short, what their codes are made from, and their referral programs."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.parts.common import Category, RedemptionCount, Reference
from schemas.parts.customers import CustomEventDefinition
from schemas.parts.discounts import Discount, Gift
from schemas.vocabulary.vouchers import (
    CampaignGrowth,
    CampaignType,
    ConversionEventType,
    PeriodType,
    RoundingType,
    VoucherType,
)


class ExpirationRules(Model):
    """When the points of a campaign's loyalty cards expire."""

    period_type: PeriodType | UnknownValue | None = None
    period_value: int | None = None
    rounding_type: RoundingType | UnknownValue | None = None
    rounding_value: int | None = None
    fixed_month: int | None = None
    fixed_day: int | None = None


class CampaignLoyaltyCard(Model):
    """The loyalty card that a campaign gives out."""

    points: int | None = None
    expiration_rules: ExpirationRules | None = None


class CodeConfig(Model):
    """How a campaign makes up its codes; `length` is a number, whole or not."""

    length: int | Decimal | None = None
    charset: str | None = None
    prefix: str | None = None
    postfix: str | None = None
    pattern: str | None = None
    initial_count: int | None = None


class CampaignVoucher(Model):
    """What a campaign's codes are made from (`SimpleCampaignVoucher`)."""

    type: VoucherType | UnknownValue | None = None
    discount: Discount | None = None
    gift: Gift | None = None
    loyalty_card: CampaignLoyaltyCard | None = None
    redemption: RedemptionCount | None = None
    code_config: CodeConfig | None = None


class RelatedObject(Model):
    """The campaign whose card a reward goes to."""

    id: str | None = None
    name: str | None = None
    object: str | None = None


class RefereeReward(Model):
    """What a referee gets at conversion, as the campaign says now, not at the grant."""

    type: VoucherType | UnknownValue | None = None
    amount: int | Decimal | None = None
    related_object_parent: RelatedObject | None = None


class ReferralProgram(Model):
    """What makes a referral count. The published examples show no `referee_reward`."""

    conversion_event_type: ConversionEventType | UnknownValue | None = None
    custom_event: CustomEventDefinition | None = None
    referee_reward: RefereeReward | None = None


class Campaign(Model):
    """
    A campaign as it is now, not as it was at a grant (`SimpleCampaign`).

    The specification requires none of its fields.
    """

    id: str | None = None
    name: str | None = None
    campaign_type: CampaignType | UnknownValue | None = None
    type: CampaignGrowth | UnknownValue | None = None
    is_referral_code: bool | None = None
    voucher: CampaignVoucher | None = None
    referral_program: ReferralProgram | None = None
    auto_join: bool | None = None
    join_once: bool | None = None
    active: bool | None = None
    category_id: str | None = None
    category: str | None = None
    categories: tuple[Category, ...] | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    start_date: datetime | None = None
    expiration_date: datetime | None = None
    description: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None


class ReferralTierParameters(Model):
    """What a referral has to be for its tier."""

    event_type: str | None = None
    segment: Reference | None = None
    custom_event: Reference | None = None
    distribution: Reference | None = None


class ReferralTier(Model):
    """A tier of what referrers get (`SimpleReferralTier`)."""

    id: str | None = None
    campaign_id: str | None = None
    banner: str | None = None
    parameters: ReferralTierParameters | None = None

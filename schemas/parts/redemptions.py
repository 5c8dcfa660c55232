"""Redemptions, and the rewards that they give."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.parts.customers import Customer
from schemas.parts.orders import FullProduct, FullSku, Order, Product, Sku
from schemas.parts.promotions import FullPromotionTier, PromotionTier
from schemas.parts.vouchers import FullVoucher, Voucher
from schemas.vocabulary.orders import (
    RedeemedKind,
    RedemptionChannel,
    RedemptionResult,
    RedemptionStatus,
    RewardState,
    RewardType,
)
from schemas.vocabulary.vouchers import CampaignType


class RewardCampaign(Model):
    """The campaign that a reward is a code of; `balance` for gifts and points."""

    id: str | None = None
    type: CampaignType | UnknownValue | None = None
    balance: int | Decimal | None = None


class RewardCoin(Model):
    """What a point is worth in cents when one pays with points."""

    exchange_ratio: int | Decimal | None = None
    points_ratio: int | Decimal | None = None


class RewardThing(Model):
    """The product that a reward is."""

    id: str | None = None
    sku_id: str | None = None


class RewardParameters(Model):
    """What a reward is, by its type one of three (`RewardType`)."""

    campaign: RewardCampaign | None = None
    coin: RewardCoin | None = None
    product: RewardThing | None = None


class RewardAttributes(Model):
    """How a reward is shown."""

    image_url: str | None = field(default=None, repr=False)
    description: str | None = None


class Reward(Model):
    """A reward that can be had (`Reward`)."""

    id: str | None = None
    name: str | None = None
    stock: int | None = None
    redeemed: int | None = None
    attributes: RewardAttributes | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    type: RewardType | UnknownValue | None = None
    parameters: RewardParameters | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None


class GivenReward(Model):
    """A reward that a customer got (`SimpleRedemptionRewardResult`)."""

    id: str | None = None
    name: str | None = None
    customer: Customer | None = None
    assignment_id: str | None = None
    voucher: Voucher | None = None
    product: Product | None = None
    sku: Sku | None = None
    loyalty_tier_id: str | None = None
    parameters: RewardParameters | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    type: RewardType | UnknownValue | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None


class FullGivenReward(GivenReward):
    """A reward that a customer got, with all that was given (`RedemptionRewardResult`)."""

    voucher: FullVoucher | None = None
    product: FullProduct | None = None
    sku: FullSku | None = None


class LoyaltyPrice(Model):
    """What a reward costs, in points."""

    points: int | None = None


class AssignmentParameters(Model):
    """What a reward costs in a campaign."""

    loyalty: LoyaltyPrice | None = None


class RewardAssignment(Model):
    """That a campaign gives a reward (`RewardAssignment`)."""

    id: str | None = None
    reward_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    related_object_id: str | None = None
    related_object_type: str | None = None
    parameters: AssignmentParameters | None = None
    object: str | None = None


class RewardRedemption(Model):
    """That a customer gets a reward, and how far that is (`RewardRedemption`)."""

    id: str | None = None
    state: RewardState | UnknownValue | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    voucher_id: str | None = None
    campaign_id: str | None = None
    customer_id: str | None = None
    reward_assignment_id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    source_type: str | None = None


class Channel(Model):
    """By what something was redeemed."""

    channel_id: str | None = None
    channel_type: RedemptionChannel | UnknownValue | None = None


class Redemption(Model):
    """
    A redemption or the rollback of one (`SimpleRedemption`).

    For a rollback `redemption` is the id of the redemption that it took back. `tracking_id` is
    often the shop's id of the customer, and `reason` free text.
    """

    id: str | None = None
    customer_id: str | None = None
    tracking_id: str | None = field(default=None, repr=False)
    date: datetime | None = None
    amount: int | Decimal | None = None
    order: Order | None = None
    reward: GivenReward | None = None
    customer: Customer | None = None
    result: RedemptionResult | UnknownValue | None = None
    status: RedemptionStatus | UnknownValue | None = None
    voucher: Voucher | None = None
    promotion_tier: PromotionTier | None = None
    redemption: str | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    failure_code: str | None = None
    failure_message: str | None = field(default=None, repr=False)
    reason: str | None = field(default=None, repr=False)
    channel: Channel | None = None
    object: str | None = None


class IdentifiedRedemption(Redemption):
    """The redemption, or the rollback, that an event is about."""

    id: str


class RelatedRedemption(Model):
    """Another redemption, and when it was."""

    id: str | None = None
    date: datetime | None = None


class RelatedRedemptions(Model):
    """The redemption of a rollback, or the rollbacks of a redemption."""

    rollbacks: tuple[RelatedRedemption, ...] | None = None
    redemptions: tuple[RelatedRedemption, ...] | None = None


class InternalRedemption(Model):
    """
    A redemption as it comes with orders and rewards (`RedemptionInternal`).

    Not `SimpleRedemption`: the channel is in two fields, and none is required. The time is
    `created_at`, in an example `date`.
    """

    id: str | None = None
    object: str | None = None
    created_at: datetime | None = None
    date: datetime | None = None
    tracking_id: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    channel_type: RedemptionChannel | UnknownValue | None = None
    channel_id: str | None = None
    failure_code: str | None = None
    failure_message: str | None = field(default=None, repr=False)
    order: Order | None = None
    previous_order: Order | None = None
    reward: FullGivenReward | None = None
    amount: int | Decimal | None = None
    reason: str | None = field(default=None, repr=False)
    result: RedemptionResult | UnknownValue | None = None
    status: RedemptionStatus | UnknownValue | None = None
    related_redemptions: RelatedRedemptions | None = None
    parent_redemption_id: str | None = None
    redemption: str | None = None
    customer: Customer | None = None
    customer_id: str | None = None
    related_object_type: RedeemedKind | UnknownValue | None = None
    related_object_id: str | None = None
    related_object_parent_id: str | None = None
    campaign_name: str | None = None
    voucher: FullVoucher | None = None
    promotion_tier: FullPromotionTier | None = None

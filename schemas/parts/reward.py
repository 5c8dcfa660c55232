from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields import UnknownValue
from schemas.parts.customer import Customer
from schemas.parts.full_voucher import FullVoucher
from schemas.parts.product import FullProduct, FullSku, Product, Sku
from schemas.parts.voucher import Voucher
from schemas.vocabulary import CampaignType
from schemas.vocabulary_of_orders import RewardState, RewardType


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCampaign:
    """The campaign that a reward is a code of; `balance` for gifts and points."""

    id: str | None = None
    type: CampaignType | UnknownValue | None = None
    balance: int | Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCoin:
    """What a point is worth in cents when one pays with points."""

    exchange_ratio: int | Decimal | None = None
    points_ratio: int | Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardThing:
    """The product that a reward is."""

    id: str | None = None
    sku_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardParameters:
    """What a reward is, by its type one of three (`RewardType`)."""

    campaign: RewardCampaign | None = None
    coin: RewardCoin | None = None
    product: RewardThing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardAttributes:
    """How a reward is shown."""

    image_url: str | None = field(default=None, repr=False)
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenReward:
    """A reward that somebody got (`SimpleRedemptionRewardResult`)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FullGivenReward(GivenReward):
    """A reward that somebody got, with all that was given (`RedemptionRewardResult`)."""

    voucher: FullVoucher | None = None
    product: FullProduct | None = None
    sku: FullSku | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyPrice:
    """What a reward costs, in points."""

    points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentParameters:
    """What a reward costs in a campaign."""

    loyalty: LoyaltyPrice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardAssignment:
    """That a campaign gives a reward (`RewardAssignment`)."""

    id: str | None = None
    reward_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    related_object_id: str | None = None
    related_object_type: str | None = None
    parameters: AssignmentParameters | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardRedemption:
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

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields import UnknownValue
from schemas.parts.customer import Customer
from schemas.parts.full_promotion_tier import FullPromotionTier
from schemas.parts.full_voucher import FullVoucher
from schemas.parts.order import Order
from schemas.parts.reward import FullGivenReward
from schemas.vocabulary_of_orders import (
    RedeemedKind,
    RedemptionChannel,
    RedemptionResult,
    RedemptionStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedRedemption:
    """Another redemption, and when it was."""

    id: str | None = None
    date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedRedemptions:
    """The redemption of a rollback, or the rollbacks of a redemption."""

    rollbacks: tuple[RelatedRedemption, ...] | None = None
    redemptions: tuple[RelatedRedemption, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalRedemption:
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

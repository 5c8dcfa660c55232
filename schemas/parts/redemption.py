from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields import UnknownValue
from schemas.parts.customer import Customer
from schemas.parts.order import Order
from schemas.parts.promotion_tier import PromotionTier
from schemas.parts.reward import GivenReward
from schemas.parts.voucher import Voucher
from schemas.vocabulary_of_orders import RedemptionChannel, RedemptionResult, RedemptionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """By what something was redeemed."""

    channel_id: str | None = None
    channel_type: RedemptionChannel | UnknownValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """
    A redemption or the rollback of one (`SimpleRedemption`).

    For a rollback `redemption` is the id of the redemption that it took back. `tracking_id` is
    often the shop's id of the customer, and `reason` whatever somebody wrote.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedRedemption(Redemption):
    """The redemption, or the rollback, that an event is about."""

    id: str

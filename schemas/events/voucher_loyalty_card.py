"""`voucher.loyalty_card.points_added`, `.points_expired` and `.transaction.created`."""

from dataclasses import dataclass
from typing import Annotated

from schemas.event import Event
from schemas.fields import OR_ONE, Named
from schemas.parts.balance import Balance
from schemas.parts.campaign import Campaign
from schemas.parts.cause import Cause
from schemas.parts.custom_event import CustomEvent
from schemas.parts.customer import Customer
from schemas.parts.earning_rule import EarningRule
from schemas.parts.full_voucher import FullVoucher
from schemas.parts.loyalty_tier import LoyaltyTier
from schemas.parts.order import Order
from schemas.parts.points_bucket import PointsBucket
from schemas.parts.redemption import Redemption
from schemas.parts.reward import Reward
from schemas.parts.segment import Segment
from schemas.parts.transaction import Transaction
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsAdded(Event):
    """What the two events about added points have in common. `balance.points` is what was added."""

    voucher: Voucher | None = None
    balance: Balance | None = None
    campaign: Campaign | None = None
    customer: Customer | None = None
    transaction: Transaction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLoyaltyCardPointsAdded(PointsAdded):
    """Points were added to a card, or taken off it (`EventVoucherLoyaltyCardPointsAddedData`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsExpired(Event):
    """
    What the two events about expired points have in common.

    For one of the two the specification calls `buckets` an object; its example is a list.
    """

    voucher: Voucher | None = None
    points: int | None = None
    campaign: Campaign | None = None
    customer: Customer | None = None
    buckets: Annotated[tuple[PointsBucket, ...], OR_ONE] | None = None
    transaction: Transaction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLoyaltyCardPointsExpired(PointsExpired):
    """Points of a card expired (`EventVoucherLoyaltyCardPointsExpiredData`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLoyaltyCardTransactionCreated(Event):
    """
    Points of a card moved (`EventVoucherLoyaltyCardTransactionCreatedData`).

    Everything is null that the transaction did not come from. `cause` is the field `event` of
    the body.
    """

    transaction: Transaction | None = None
    voucher: FullVoucher | None = None
    campaign: Campaign | None = None
    holder: Customer | None = None
    holder_loyalty_tier: LoyaltyTier | None = None
    balance: Balance | None = None
    order: Order | None = None
    cause: Annotated[Cause | None, Named("event")] = None
    earning_rule: EarningRule | None = None
    segment: Segment | None = None
    loyalty_tier: LoyaltyTier | None = None
    redemption: Redemption | None = None
    rollback: Redemption | None = None
    reward: Reward | None = None
    custom_event: CustomEvent | None = None
    source_voucher: Voucher | None = None
    destination_voucher: Voucher | None = None

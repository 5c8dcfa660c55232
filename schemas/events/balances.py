"""Events about the points and credits of cards."""

from typing import Annotated

from schemas.event import Event
from schemas.model import OR_ONE, Named
from schemas.parts.balances import Balance, IdentifiedPendingPoints, PointsBucket, Transaction
from schemas.parts.campaigns import Campaign
from schemas.parts.common import Cause
from schemas.parts.customers import Customer, CustomEvent, Segment
from schemas.parts.loyalty import EarningRule, LoyaltyTier
from schemas.parts.orders import Order
from schemas.parts.redemptions import Redemption, Reward
from schemas.parts.vouchers import FullVoucher, Voucher


class VoucherGiftBalanceAdded(Event, event_type="voucher.gift.balance_added"):
    """Credits were added to a gift card, or taken off it (`EventVoucherGiftBalanceAddedData`)."""

    voucher: Voucher | None = None
    balance: Balance | None = None
    campaign: Campaign | None = None
    transaction: Transaction | None = None


class CustomerVoucherGiftBalanceAdded(Event, event_type="customer.voucher.gift.balance_added"):
    """A customer got credits, or lost some (`EventCustomerVoucherGiftBalanceAddedData`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    voucher: Voucher | None = None
    balance: Balance | None = None
    transaction: Transaction | None = None


class VoucherGiftTransactionCreated(Event, event_type="voucher.gift.transaction.created"):
    """
    Credits of a gift card moved (`EventVoucherGiftTransactionCreatedData`).

    Everything is null that the transaction did not come from.
    """

    transaction: Transaction | None = None
    voucher: FullVoucher | None = None
    campaign: Campaign | None = None
    holder: Customer | None = None
    balance: Balance | None = None
    order: Order | None = None
    redemption: Redemption | None = None
    rollback: Redemption | None = None


class PointsAdded(Event):
    """What the two events about added points have in common. `balance.points` is what was added."""

    voucher: Voucher | None = None
    balance: Balance | None = None
    campaign: Campaign | None = None
    customer: Customer | None = None
    transaction: Transaction | None = None


class VoucherLoyaltyCardPointsAdded(PointsAdded, event_type="voucher.loyalty_card.points_added"):
    """Points were added to a card, or taken off it (`EventVoucherLoyaltyCardPointsAddedData`)."""


class CustomerVoucherLoyaltyCardPointsAdded(
    PointsAdded, event_type="customer.voucher.loyalty_card.points_added"
):
    """A customer got points, or lost some (`EventCustomerVoucherLoyaltyCardPointsAddedData`)."""


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


class VoucherLoyaltyCardPointsExpired(
    PointsExpired, event_type="voucher.loyalty_card.points_expired"
):
    """Points of a card expired (`EventVoucherLoyaltyCardPointsExpiredData`)."""


class CustomerVoucherLoyaltyCardPointsExpired(
    PointsExpired, event_type="customer.voucher.loyalty_card.points_expired"
):
    """Points of a customer expired (`EventCustomerVoucherLoyaltyCardPointsExpiredData`)."""


class VoucherLoyaltyCardTransactionCreated(
    Event, event_type="voucher.loyalty_card.transaction.created"
):
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


class PendingPointsEvent(Event):
    """
    What the events about pending points have in common.

    The balance has another name when the points count: an example of `activated` has it under the
    name that the specification gives it for the others.
    """

    customer: Customer | None = None
    campaign: Campaign | None = None
    voucher: Voucher | None = None
    order: Order | None = None
    pending_points: IdentifiedPendingPoints
    voucher_pending_points_balance: Balance | None = None


class PendingPointsActivatedEvent(PendingPointsEvent):
    """What two events about pending points that now count have in common."""

    balance: Balance | None = None
    transaction: Transaction | None = None


class VoucherLoyaltyCardPendingPointsActivated(
    PendingPointsActivatedEvent, event_type="voucher.loyalty_card.pending_points.activated"
):
    """Pending points of a card now count."""


class CustomerVoucherLoyaltyCardPendingPointsActivated(
    PendingPointsActivatedEvent, event_type="customer.voucher.loyalty_card.pending_points.activated"
):
    """Pending points of a customer now count."""


class VoucherLoyaltyCardPendingPointsAdded(
    PendingPointsEvent, event_type="voucher.loyalty_card.pending_points.added"
):
    """A card got points that do not count yet."""


class CustomerVoucherLoyaltyCardPendingPointsAdded(
    PendingPointsEvent, event_type="customer.voucher.loyalty_card.pending_points.added"
):
    """A customer got points that do not count yet."""


class VoucherLoyaltyCardPendingPointsCanceled(
    PendingPointsEvent, event_type="voucher.loyalty_card.pending_points.canceled"
):
    """Pending points of a card were taken away."""


class CustomerVoucherLoyaltyCardPendingPointsCanceled(
    PendingPointsEvent, event_type="customer.voucher.loyalty_card.pending_points.canceled"
):
    """Pending points of a customer were taken away."""


class VoucherLoyaltyCardPendingPointsUpdated(
    PendingPointsEvent, event_type="voucher.loyalty_card.pending_points.updated"
):
    """Pending points of a card were changed."""


class CustomerVoucherLoyaltyCardPendingPointsUpdated(
    PendingPointsEvent, event_type="customer.voucher.loyalty_card.pending_points.updated"
):
    """Pending points of a customer were changed."""

"""`voucher.loyalty_card.pending_points.*`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.balance import Balance
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.order import Order
from schemas.parts.pending_points import IdentifiedPendingPoints
from schemas.parts.transaction import Transaction
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPointsActivatedEvent(PendingPointsEvent):
    """What two events about pending points that now count have in common."""

    balance: Balance | None = None
    transaction: Transaction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLoyaltyCardPendingPointsActivated(PendingPointsActivatedEvent):
    """Pending points of a card now count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLoyaltyCardPendingPointsAdded(PendingPointsEvent):
    """A card got points that do not count yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLoyaltyCardPendingPointsCanceled(PendingPointsEvent):
    """Pending points of a card were taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLoyaltyCardPendingPointsUpdated(PendingPointsEvent):
    """Pending points of a card were changed."""

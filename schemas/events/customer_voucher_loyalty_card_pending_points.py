"""`customer.voucher.loyalty_card.pending_points.*`."""

from dataclasses import dataclass

from schemas.events.voucher_loyalty_card_pending_points import (
    PendingPointsActivatedEvent,
    PendingPointsEvent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVoucherLoyaltyCardPendingPointsActivated(PendingPointsActivatedEvent):
    """Pending points of a customer now count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVoucherLoyaltyCardPendingPointsAdded(PendingPointsEvent):
    """A customer got points that do not count yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVoucherLoyaltyCardPendingPointsCanceled(PendingPointsEvent):
    """Pending points of a customer were taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVoucherLoyaltyCardPendingPointsUpdated(PendingPointsEvent):
    """Pending points of a customer were changed."""

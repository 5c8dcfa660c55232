"""`customer.voucher.loyalty_card.points_added` and `.points_expired`."""

from dataclasses import dataclass

from schemas.events.voucher_loyalty_card import PointsAdded, PointsExpired


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVoucherLoyaltyCardPointsAdded(PointsAdded):
    """A customer got points, or lost some (`EventCustomerVoucherLoyaltyCardPointsAddedData`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerVoucherLoyaltyCardPointsExpired(PointsExpired):
    """Points of a customer expired (`EventCustomerVoucherLoyaltyCardPointsExpiredData`)."""

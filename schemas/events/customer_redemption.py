"""`customer.redemption.succeeded`."""

from dataclasses import dataclass

from schemas.events.redemption import RedemptionParties
from schemas.parts.redemption import IdentifiedRedemption


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRedemptionSucceeded(RedemptionParties):
    """A customer redeemed something (`EventCustomerRedemptionSucceededData`)."""

    redemption: IdentifiedRedemption

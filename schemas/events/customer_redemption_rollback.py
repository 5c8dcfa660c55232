"""`customer.redemption.rollback.succeeded`."""

from dataclasses import dataclass

from schemas.events.redemption_rollback import RedemptionRollback


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRedemptionRollbackSucceeded(RedemptionRollback):
    """What a customer redeemed was taken back (`EventCustomerRedemptionRollbackSucceededData`)."""

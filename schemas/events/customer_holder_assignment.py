"""`customer.holder.assignment.*`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.holder import Holder
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAssignment(Event):
    """
    What the two events about an assignment have in common.

    Source: the specification's `EventCustomerHolderAssignmentDeletedData`; the one for
    `created` is identical.
    """

    holder: Holder
    voucher: Voucher | None = None
    campaign: Campaign | None = None
    customer: Customer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAssignmentDeleted(HolderAssignment):
    """A customer was unassigned from a redeemable, at `event.created_at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAssignmentCreated(HolderAssignment):
    """A customer was assigned to a redeemable."""

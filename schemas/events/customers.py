"""Events about a customer, and about what is assigned to one."""

from schemas.event import Event
from schemas.parts.campaigns import Campaign
from schemas.parts.customers import Customer, FullCustomer
from schemas.parts.vouchers import Holder, Voucher


class CustomerCreated(Event, event_type="customer.created"):
    """A customer was made (`EventCustomerCreatedData`)."""

    customer: FullCustomer | None = None


class CustomerUpdated(Event, event_type="customer.updated"):
    """A customer was changed (`EventCustomerUpdatedData`)."""

    customer: FullCustomer | None = None


class CustomerDeleted(Event, event_type="customer.deleted"):
    """
    A customer was deleted, at `event.created_at` (`EventCustomerDeletedData`).

    Neither `customer` nor its id is required; `event.entity_id` names the same customer.
    """

    customer: FullCustomer | None = None


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


class HolderAssignmentCreated(HolderAssignment, event_type="customer.holder.assignment.created"):
    """A customer was assigned to a redeemable."""


class HolderAssignmentDeleted(HolderAssignment, event_type="customer.holder.assignment.deleted"):
    """A customer was unassigned from a redeemable, at `event.created_at`."""

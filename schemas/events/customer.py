"""`customer.created`, `customer.updated` and `customer.deleted`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.full_customer import FullCustomer


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCreated(Event):
    """A customer was made (`EventCustomerCreatedData`)."""

    customer: FullCustomer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdated(Event):
    """A customer was changed (`EventCustomerUpdatedData`)."""

    customer: FullCustomer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeleted(Event):
    """
    A customer was deleted, at `event.created_at` (`EventCustomerDeletedData`).

    Neither `customer` nor its id is required; `event.entity_id` names the same customer.
    """

    customer: FullCustomer | None = None

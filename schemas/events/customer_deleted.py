from dataclasses import dataclass

from schemas.event_reference import EventReference
from schemas.fields import Part, PartSchema, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedCustomer:
    """A customer who is no more: of all that the event tells, the id alone is read."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeleted:
    """
    A customer was deleted in Voucherify, at `event.created_at`.

    Source: the published example of the event, whose `data` holds the whole customer.
    """

    event: EventReference
    customer: DeletedCustomer
    unreadable: tuple[str, ...] = ()


class DeletedCustomerSchema(PartSchema[DeletedCustomer]):
    """Reads `DeletedCustomer`."""

    makes = DeletedCustomer

    id = Text(strict=True)


class CustomerDeletedSchema(PartSchema[CustomerDeleted]):
    """Reads `CustomerDeleted`."""

    makes = CustomerDeleted

    customer = Part(DeletedCustomerSchema(), strict=True)

from dataclasses import dataclass

from schemas.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedCustomer:
    """A customer who is no more: of all that the event tells, the id alone is read."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeleted(Event):
    """
    A customer was deleted in Voucherify, at `event.created_at`.

    Source: the published example of the event, whose `data` holds the whole customer.
    """

    customer: DeletedCustomer

"""
The customers an event is about, whatever its type, read from the names of its fields.

An id is found by its place and not by its form, because Voucherify may change the form of ids.
The holder of a voucher counts only if no other customer is named: a redemption of a referrer's
code is about the redeemer (docs/decisions/0033-own-handlers.md).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from inbox.privacy.redaction import is_customer_id
from schemas import CustomerDeleted, Envelope, EventReference


#: At most so many of one body are returned.
MOST_CUSTOMERS: Final = 50

#: At most so many values are read: of a longer body, the first ones.
MOST_VALUES: Final = 20_000

#: Places of the customer who did what the event reports, the surest first.
_FIRST: Final = (
    ("customer", "id"),
    ("holder", "customer_id"),
    ("redemption", "customer_id"),
    ("order", "customer_id"),
    ("publication", "customer_id"),
)

#: Fields that a shop fills freely.
_FREE: Final = frozenset({"metadata", "custom_event"})


def customers_of(envelope: Envelope) -> tuple[str, ...]:
    """Return ids of the customers an event is about, the main one first."""
    data = envelope.data or {}
    found = [*_placed(envelope), *_named(data)]
    return _ids(found) or _ids(_holders(data))


def customer_of_rest(envelope: Envelope) -> str:
    """
    Return the id of the main customer from a redacted body; empty if it is gone.

    Only the places that erasing leaves are read: an id deeper down could be another customer's.
    """
    return next(iter(_ids(_placed(envelope))), "")


def customers_deleted(event: CustomerDeleted) -> tuple[str, ...]:
    """
    Return ids of the customers an event reports as deleted: in its `data`, and its `entity_id`.

    The specification requires neither, and means the same customer by both. If they differ, both
    count: erasing one too many loses names that Voucherify still has, erasing one too few keeps
    personal data that must go.
    """
    found = (event.customer.id if event.customer else None, _entity(event.event))
    return tuple(dict.fromkeys(each for each in found if each and each.strip()))


def _placed(envelope: Envelope) -> list[Any]:
    data = envelope.data or {}
    found = [data[part].get(name) for part, name in _FIRST if isinstance(data.get(part), Mapping)]
    found.append(data.get("id") if data.get("object") == "customer" else None)
    return [*found, _entity(envelope.event)]


def _entity(event: EventReference) -> str | None:
    return event.entity_id if (event.entity_id or "").startswith("cust_") else None


def _ids(found: list[Any]) -> tuple[str, ...]:
    known = (each for each in found if isinstance(each, str) and is_customer_id(each))
    return tuple(dict.fromkeys(known))[:MOST_CUSTOMERS]


def _named(data: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in _members(data):
        if name == "customer_id":
            yield value
        elif name == "customer" and isinstance(value, Mapping):
            yield value.get("id")


def _holders(data: Mapping[str, Any]) -> list[Any]:
    return [value for name, value in _members(data) if name in {"holder_id", "referrer_id"}]


def _members(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    waiting: list[Any] = [data]
    left = MOST_VALUES
    while waiting and left > 0:
        value = waiting.pop()
        left -= 1
        if isinstance(value, Mapping):
            yield from value.items()
            waiting.extend(each for name, each in value.items() if name not in _FREE)
        elif isinstance(value, list | tuple):
            waiting.extend(value)

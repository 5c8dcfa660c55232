"""
Whom an event is about, whatever its type: read from the names that its objects carry.

An id is found by where it stands and not by how it looks, for Voucherify may change how ids
look. Whoever is only the holder of a voucher counts if nobody else is named: a redemption of a
referrer's code is about the redeemer (docs/decisions/0033-own-handlers.md).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from inbox.privacy.redaction import is_customer_id
from schemas import CustomerDeleted, Envelope, EventReference


#: More of them in one body are not looked for.
MOST_CUSTOMERS: Final = 50

#: Values that are looked at: of a longer body, what stands first.
MOST_VALUES: Final = 20_000

#: Where a customer stands who did what the event tells, the most telling first.
_FIRST: Final = (
    ("customer", "id"),
    ("holder", "customer_id"),
    ("redemption", "customer_id"),
    ("order", "customer_id"),
    ("publication", "customer_id"),
)

#: What a shop fills as it likes.
_FREE: Final = frozenset({"metadata", "custom_event"})


def customers_of(envelope: Envelope) -> tuple[str, ...]:
    """List the customers whom an event is about, whoever it is about first of all first."""
    data = envelope.data or {}
    found = [*_told(envelope), *_named(data)]
    return _ids(found) or _ids(_holders(data))


def customer_of_rest(envelope: Envelope) -> str:
    """
    Tell whom an event is about first of all, from what remains of its body; empty if it is gone.

    Only the places that erasing leaves are read: who is found deeper down could be somebody else.
    """
    return next(iter(_ids(_told(envelope))), "")


def customers_deleted(event: CustomerDeleted) -> tuple[str, ...]:
    """
    List whom an event reports as deleted: the customer in its `data`, and its `entity_id`.

    The specification requires neither, and means the same customer by both. Should they differ,
    both count: erasing one too many loses names that Voucherify still has, erasing one too few
    keeps what must go.
    """
    found = (event.customer.id if event.customer else None, _entity(event.event))
    return tuple(dict.fromkeys(each for each in found if each and each.strip()))


def _told(envelope: Envelope) -> list[Any]:
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

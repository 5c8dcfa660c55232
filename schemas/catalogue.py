from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.envelope import Envelope, EnvelopeSchema
from schemas.events.canary import Canary, CanarySchema
from schemas.events.customer_deleted import CustomerDeleted, CustomerDeletedSchema
from schemas.events.holder_assignment import (
    HolderAssignmentCreated,
    HolderAssignmentCreatedSchema,
    HolderAssignmentDeleted,
    HolderAssignmentDeletedSchema,
)
from schemas.fields import PartSchema
from schemas.reading import read


Event = HolderAssignmentDeleted | HolderAssignmentCreated | CustomerDeleted | Canary

HOLDER_ASSIGNMENT_DELETED: Final = "customer.holder.assignment.deleted"
HOLDER_ASSIGNMENT_CREATED: Final = "customer.holder.assignment.created"
CUSTOMER_DELETED: Final = "customer.deleted"
#: No event of Voucherify's: worker/canary.py makes it.
CANARY: Final = "perkhook.canary"

SCHEMAS: Final[Mapping[str, PartSchema[Event]]] = MappingProxyType(
    {
        HOLDER_ASSIGNMENT_DELETED: HolderAssignmentDeletedSchema(),
        HOLDER_ASSIGNMENT_CREATED: HolderAssignmentCreatedSchema(),
        CUSTOMER_DELETED: CustomerDeletedSchema(),
        CANARY: CanarySchema(),
    }
)
"""Which schema reads the `data` of which event type."""


def load_event(envelope: Envelope) -> Event | None:
    """
    Read the event of an envelope; None when its type has no schema.

    Raises `UnreadableBody` when a field on which decisions rest cannot be read.
    """
    schema = SCHEMAS.get(envelope.event_type)
    if schema is None:
        return None
    return read(
        schema, envelope.data, at=("data",), noted=envelope.unreadable, event=envelope.event
    )


@cache
def declared_names() -> frozenset[str]:
    """Every name that a schema declares: the names that a message may show."""
    roots: list[PartSchema[object]] = [EnvelopeSchema(), *SCHEMAS.values()]
    return frozenset(name for root in roots for name in _names(root))


def _names(schema: PartSchema[object]) -> Iterator[str]:
    for name, field in schema.fields.items():
        yield name
        for part in getattr(field, "schemas", ()):
            yield from _names(part)

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Final

from schemas.envelope import Envelope
from schemas.event import Event
from schemas.events.canary import Canary
from schemas.fields import names_of, schema_of
from schemas.reading import read


HOLDER_ASSIGNMENT_DELETED: Final = "customer.holder.assignment.deleted"
HOLDER_ASSIGNMENT_CREATED: Final = "customer.holder.assignment.created"
CUSTOMER_DELETED: Final = "customer.deleted"
#: No event of Voucherify's: worker/canary.py makes it.
CANARY: Final = "perkhook.canary"


class Catalogue(Mapping[str, type[Event]]):
    """
    The class of each type of event, imported when it is first asked for.

    A worker acts on a few types; to import all takes a tenth of a second and some megabytes.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, event_type: str) -> type[Event]:
        return _imported(self._places[event_type])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@cache
def _imported(place: str) -> type[Event]:
    module, _, name = place.rpartition(".")
    made: type[Event] = getattr(import_module(f"schemas.events.{module}"), name)
    return made


#: Where the class of each of Voucherify's event types is (specification of 2024-01-01).
EVENTS: Final = Catalogue(
    {
        CUSTOMER_DELETED: "customer_deleted.CustomerDeleted",
        HOLDER_ASSIGNMENT_CREATED: "customer_holder_assignment.HolderAssignmentCreated",
        HOLDER_ASSIGNMENT_DELETED: "customer_holder_assignment.HolderAssignmentDeleted",
    }
)


def event_class(event_type: str) -> type[Event] | None:
    """Give the class of an event's type; None when no schema describes it."""
    return Canary if event_type == CANARY else EVENTS.get(event_type)


def load_event(envelope: Envelope) -> Event | None:
    """
    Read the event of an envelope; None when its type has no schema.

    Raises `UnreadableBody` when a field on which decisions rest cannot be read.
    """
    made = event_class(envelope.event_type)
    if made is None:
        return None
    return read(
        schema_of(made),
        envelope.data,
        at=("data",),
        noted=envelope.unreadable,
        event=envelope.event,
    )


@cache
def declared_names() -> frozenset[str]:
    """Every name that a schema declares: the names that a message may show."""
    return names_of(Envelope).union(*map(names_of, EVENTS.values()))

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Final

from schemas.envelope import Envelope
from schemas.event import Event
from schemas.event_types import ALSO_CALLED, FILES, class_name
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

    def __init__(self, files: Mapping[str, Iterable[str]]) -> None:
        self._files = {each: file for file, types in files.items() for each in types}

    def __getitem__(self, event_type: str) -> type[Event]:
        return _imported(self._files[event_type], event_type)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, event_type: object) -> bool:
        return event_type in self._files


@cache
def _imported(file: str, event_type: str) -> type[Event]:
    module = import_module(f"schemas.events.{file}")
    made: type[Event] = getattr(module, class_name(file, event_type))
    return made


#: Voucherify's 72 event types and their classes.
EVENTS: Final = Catalogue(FILES)


def event_class(event_type: str) -> type[Event] | None:
    """Give the class of an event's type; None when no schema describes it."""
    if event_type == CANARY:
        return Canary
    return EVENTS.get(ALSO_CALLED.get(event_type, event_type))


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
        {} if envelope.data is None else envelope.data,
        at=("data",),
        noted=envelope.unreadable,
        event=envelope.event,
    )


@cache
def declared_names() -> frozenset[str]:
    """Every name that a schema declares: the names that a message may show."""
    return names_of(Envelope).union(*map(names_of, EVENTS.values()))

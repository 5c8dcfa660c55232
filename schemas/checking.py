import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.body import parse_body
from schemas.catalogue import load_event
from schemas.envelope import Envelope, load_envelope
from schemas.errors import UnreadableBody


WRAPPING: Final = (
    '{"event": {"id": "ev_1", "type": "TYPE OF THE EVENT", '
    '"created_at": "2025-01-31T12:00:00.000Z"}, "data": THIS FILE}'
)
BARE: Final = f"It has no `data`. If it is the `data` of an event alone, wrap it: {WRAPPING}"
NO_SCHEMA: Final = "No schema reads events of this type: perkhook counts them, and no handler runs."

# What stands where the type belongs may be anything, and is shown only if it looks like one.
_TYPE: Final = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")
_LONGEST: Final = 100


class Verdict(NamedTuple):
    """
    What perkhook makes of a body; it quotes nothing of it but the event's type.

    `event` is the class that a handler gets, `unreadable` are the fields that are None in
    it although something stands there, and `remarks` say the rest in sentences.
    """

    readable: bool
    type: str | None = None
    event: str | None = None
    unreadable: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether a handler gets all that the body tells."""
        return self.event is not None and not self.unreadable


def check(raw: bytes) -> Verdict:
    """Take a body through all the steps that a worker takes, and tell how it went."""
    document: Mapping[str, Any] = {}
    try:
        document = parse_body(raw)
        verdict = _event_of(load_envelope(document))
    except UnreadableBody as problem:
        verdict = Verdict(readable=False, remarks=(problem.message,))
    bare = bool(document) and "data" not in document
    return verdict._replace(remarks=(*verdict.remarks, BARE)) if bare else verdict


def _event_of(envelope: Envelope) -> Verdict:
    kind = type_shown(envelope.event_type)
    try:
        event = load_event(envelope)
    except UnreadableBody as problem:
        return Verdict(readable=False, type=kind, remarks=(problem.message,))
    if event is None:
        return Verdict(readable=True, type=kind, remarks=(NO_SCHEMA,))
    return Verdict(
        readable=True, type=kind, event=type(event).__name__, unreadable=event.unreadable
    )


def type_shown(event_type: str) -> str:
    """Give the type as it may be printed: what is no name of an event may be personal."""
    if len(event_type) <= _LONGEST and _TYPE.fullmatch(event_type):
        return event_type
    return "(not the name of an event)"

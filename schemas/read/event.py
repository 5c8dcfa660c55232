"""From a decoded body to the envelope, and from the envelope to the event."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from schemas.catalogue import event_class
from schemas.errors import Reason, Step, UnreadableBody, spell
from schemas.event import Envelope, Event
from schemas.fields.deriving import schema_of
from schemas.fields.nested import Messages
from schemas.fields.simple import IS_EMPTY, IS_MISSING, IS_NO_TIMESTAMP, IS_NULL


T = TypeVar("T")

MAX_NAMED: Final = 100
"""Unreadable fields that an event names; a body of nothing but rubbish has no end of them."""

_REASONS: Final[Mapping[str, Reason]] = {
    IS_MISSING: Reason.MISSING_FIELD,
    IS_NULL: Reason.MISSING_FIELD,
    IS_EMPTY: Reason.MISSING_FIELD,
    IS_NO_TIMESTAMP: Reason.BAD_TIMESTAMP,
}


class Problem(NamedTuple):
    """A field that cannot be read: its path, and the rest of a sentence about it."""

    path: tuple[Step, ...]
    phrase: str


def load_envelope(document: Mapping[str, Any]) -> Envelope:
    """Return the envelope of a parsed body, or raise `UnreadableBody`."""
    if not isinstance(document, Mapping):
        raise UnreadableBody(Reason.NOT_AN_OBJECT, "The body is JSON, but not an object.")
    return _read(Envelope, document)


def load_event(envelope: Envelope) -> Event | None:
    """
    Return the event of an envelope; None when its type has no schema.

    Raises `UnreadableBody` when a field on which decisions rest cannot be read.
    """
    made = event_class(envelope.event_type)
    if made is None:
        return None
    return _read(
        made,
        {} if envelope.data is None else envelope.data,
        at=("data",),
        noted=envelope.unreadable,
        event=envelope.event,
    )


def _read(
    made: type[T], value: Any, *, at: tuple[Step, ...] = (), noted: Sequence[str] = (), **more: Any
) -> T:
    """
    Read an object that stands at a path of the body into its dataclass.

    `unreadable` of the dataclass names the tolerant fields that became None, after the
    ones `noted` before. Raises `UnreadableBody` with all problems of the strict fields.
    """
    schema = schema_of(made)
    readable, messages = schema.sift(value)
    if not messages:
        unreadable = tuple(noted)
    else:
        named = (spell(at + problem.path) for problem in _problems(messages))
        unreadable = (*noted, *islice(named, MAX_NAMED - len(noted)))
    whole = schema.build(readable, unreadable=unreadable, **more)
    if whole is not None:
        return whole
    problems = [found for found in _problems(messages) if found.path in schema.strict_paths]
    sentence = "; ".join(f"{spell(at + path)} {phrase}" for path, phrase in problems)
    reason = _REASONS.get(problems[0].phrase, Reason.WRONG_TYPE)
    raise UnreadableBody(reason, f"{sentence}.")


def _problems(messages: Messages, path: tuple[Step, ...] = ()) -> Iterator[Problem]:
    for step, found in messages.items():
        # Marshmallow keeps complaints about an object itself under this name.
        here = path if step == "_schema" else (*path, step)
        if isinstance(found, dict):
            yield from _problems(found, here)
        else:
            yield Problem(here, found[0])

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from schemas.errors import UnreadableBody
from schemas.fields.base import reason_of
from schemas.fields.part import Messages, PartSchema
from schemas.paths import Step, spell


T = TypeVar("T")

MAX_NAMED: Final = 100
"""Unreadable fields that an event names; a body of nothing but rubbish has no end of them."""


class Problem(NamedTuple):
    """A field that cannot be read: its path, and the rest of a sentence about it."""

    path: tuple[Step, ...]
    phrase: str


def read(
    schema: PartSchema[T],
    value: Any,
    *,
    at: tuple[Step, ...] = (),
    noted: Sequence[str] = (),
    **more: Any,
) -> T:
    """
    Read an object that stands at a path of the body into its dataclass.

    The dataclass learns in `unreadable` which tolerant fields became None, after the
    ones `noted` before. Raises `UnreadableBody` with all problems of the strict fields.
    """
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
    raise UnreadableBody(reason_of(problems[0].phrase), f"{sentence}.")


def _problems(messages: Messages, path: tuple[Step, ...] = ()) -> Iterator[Problem]:
    for step, found in messages.items():
        # Marshmallow keeps complaints about an object itself under this name.
        here = path if step == "_schema" else (*path, step)
        if isinstance(found, dict):
            yield from _problems(found, here)
        else:
            yield Problem(here, found[0])

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.errors import UNDECLARED, Reason, Step


MAX_DIGITS: Final = 640
"""Digits of an integer that are read: the least that Python can be limited to, so that
the outcome does not depend on a setting of the interpreter."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Stands in the decoded tree where something must be refused."""

    reason: Reason
    what: str


@dataclass(slots=True)
class Marker:
    """Hooks for the JSON decoder: they leave marks, because they cannot know the path."""

    marks: int = field(default=0, init=False)

    def constant(self, _literal: str) -> Mark:
        """Refuse NaN and Infinity, which Python reads and JSON does not know."""
        return self._mark(Reason.NOT_JSON, "is not a JSON number")

    def integer(self, digits: str) -> int | Mark:
        """Read an integer, unless converting it would take quadratic time."""
        if len(digits) > MAX_DIGITS:
            return self._mark(Reason.NUMBER_TOO_LONG, f"has more than {MAX_DIGITS} digits")
        return int(digits)

    def real(self, digits: str) -> float | Mark:
        """Read a number with a fraction or an exponent, unless it becomes infinite."""
        number = float(digits)
        if math.isinf(number):
            return self._mark(Reason.NOT_JSON, "is too large for a JSON number")
        return number

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any] | Mark:
        """Read an object, unless a name stands in it twice and one value would be lost."""
        members = dict(pairs)
        if len(members) != len(pairs):
            return self._mark(Reason.DUPLICATE_KEY, "holds a name twice")
        return members

    def _mark(self, reason: Reason, what: str) -> Mark:
        self.marks += 1
        return Mark(reason, what)


# A place knows its parent, so that a path costs nothing until one is asked for.
_Place = tuple["_Place", Step] | None


def first_mark(document: object, declared: frozenset[str]) -> tuple[Mark, list[Step]] | None:
    """
    Find the first mark in the order of the text, and the path to it.

    Names that are not `declared` by a schema are given as `?`: they may be personal data.
    """
    waiting: list[tuple[_Place, object]] = [(None, document)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, Mark):
            return value, [
                step if isinstance(step, int) or step in declared else UNDECLARED
                for step in reversed(list(_steps(place)))
            ]
        if isinstance(value, dict):
            waiting.extend(((place, name), value[name]) for name in reversed(value))
        elif isinstance(value, list):
            last = len(value) - 1
            waiting.extend(
                ((place, last - index), item) for index, item in enumerate(reversed(value))
            )
    return None


def _steps(place: _Place) -> Iterator[Step]:
    while place is not None:
        place, step = place
        yield step

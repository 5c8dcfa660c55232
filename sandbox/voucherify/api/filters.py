"""
Filters in query parameters, after Voucherify's API reference, "Listing".

The guide writes `[filters][field][conditions][$is]=value`, the reference
`filters[field][conditions][$is]=value`; both are read, arrays as `[$in][0]=value`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Self, TypeAlias

from werkzeug.datastructures import MultiDict

from sandbox.voucherify.data.errors import invalid_query


_PART = re.compile(r"\[?([^\[\]]+)\]?")

_Condition: TypeAlias = Callable[[str, list[str]], bool]
_CONDITIONS: dict[str, _Condition] = {
    "$is": lambda value, wanted: value in wanted,
    "$in": lambda value, wanted: value in wanted,
    "$is_not": lambda value, wanted: value not in wanted,
    "$not_in": lambda value, wanted: value not in wanted,
    "$before": lambda value, wanted: _moment(value) < min(map(_moment, wanted)),
    "$after": lambda value, wanted: _moment(value) > max(map(_moment, wanted)),
}


def moment_of(name: str, text: str) -> datetime:
    """Read a date of a query; where it names no time zone, the stand-in does not guess one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise invalid_query(f"{name} must be an ISO 8601 date") from problem
    if moment.tzinfo is None:
        raise invalid_query(f"{name} must name its time zone")
    return moment


def _moment(text: str) -> datetime:
    # Texts would not do: a caller may write a moment in another form than it is kept in.
    return moment_of(text, text)


def _holds(condition: str, value: str | None, wanted: list[str]) -> bool:
    # A faulty record has nulls where the reference has none.
    return "not" in condition if value is None else _CONDITIONS[condition](value, wanted)


class Filters:
    """Conditions on the fields of a listed record, joined by AND or OR."""

    def __init__(
        self, conditions: dict[tuple[str, str], list[str]], *, all_must_hold: bool = True
    ) -> None:
        self._conditions = conditions
        self._join = all if all_must_hold else any
        self._all_must_hold = all_must_hold

    @classmethod
    def read(cls, args: MultiDict[str, str], *, fields: Collection[str]) -> Self:
        """Read the filters; a field or condition that is not documented is a 400."""
        conditions: dict[tuple[str, str], list[str]] = defaultdict(list)
        all_must_hold = True
        for name, value in args.items(multi=True):
            parts = _PART.findall(name)
            if parts[:1] != ["filters"]:
                continue
            match parts[1:]:
                # The guide writes AND, the reference and.
                case ["junction"] if value.upper() in {"AND", "OR"}:
                    all_must_hold = value.upper() == "AND"
                case [field, "conditions", condition, *index] if (
                    field in fields and condition in _CONDITIONS and len(index) <= 1
                ):
                    conditions[field, condition].append(value)
                case _:
                    raise invalid_query(f"{name} is not a supported filter")
        return cls(dict(conditions), all_must_hold=all_must_hold)

    def __bool__(self) -> bool:
        return bool(self._conditions)

    def only(self, field: str) -> str | None:
        """Return the one value that a field must have, so that an index can be asked."""
        values = self._conditions.get((field, "$is"), [])
        return values[0] if self._all_must_hold and len(values) == 1 else None

    def match(self, record: dict[str, Any]) -> bool:
        """Return whether a record, as it is shown, matches."""
        return not self._conditions or self._join(
            _holds(condition, record[field], wanted)
            for (field, condition), wanted in self._conditions.items()
        )

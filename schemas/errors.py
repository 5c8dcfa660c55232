"""Why a body cannot be used, and where in it."""

from collections.abc import Iterable
from enum import StrEnum


Step = str | int
"""A name inside an object, or a position inside a list."""

UNDECLARED = "?"
"""Stands for a name that no schema declares, because such a name may be personal data."""


class Reason(StrEnum):
    """Why a body cannot be used: a slug that labels metrics and logs."""

    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    NUMBER_TOO_LONG = "number_too_long"
    DUPLICATE_KEY = "duplicate_key"
    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    BAD_TIMESTAMP = "bad_timestamp"


class UnreadableBody(Exception):  # noqa: N818 - named for what happened to the body, like a state
    """
    A body that no retry can fix: the same bytes will fail the same way.

    The message says what is wrong and where, and never quotes the body, because
    bodies contain personal data. For the same reason this is raised outside of `except`
    blocks: the errors of the decoders carry the whole body along.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        # Both arguments go to the base class, so that the error survives pickling.
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


def spell(steps: Iterable[Step]) -> str:
    """Return a path the way people point at JSON: `data.voucher.categories[0].name`."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text

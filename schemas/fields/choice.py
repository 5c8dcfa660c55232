from enum import StrEnum
from typing import Any, TypeVar, Unpack

from marshmallow import ValidationError

from schemas.fields.base import IS_EMPTY, Declared, Options


E = TypeVar("E", bound=StrEnum)


class UnknownValue(str):
    """
    A value that Voucherify has added since: kept as it came, so that it can be seen.

    It is not a member of the enumeration of its field, so code that decides on members
    has to say what happens to it.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"UnknownValue({str(self)!r})"


class Choice(Declared[E | UnknownValue]):
    """One of the values that the specification lists, or another one that is kept."""

    def __init__(self, known: type[E], **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.known: dict[str, E] = {member.value: member for member in known}

    def read(self, value: Any) -> E | UnknownValue:
        """Read a member, or keep what is none."""
        if not isinstance(value, str):
            raise ValidationError("is not a string")
        if self.strict and not value.strip():
            raise ValidationError(IS_EMPTY)
        return self.known.get(value) or UnknownValue(value)

from typing import Any

from marshmallow import ValidationError

from schemas.fields.base import IS_EMPTY, Declared


class Text(Declared[str]):
    """
    A string; a strict one holds more than blanks. No form of an id is checked.

    Voucherify may change the length and the format of ids (API overview, compatibility).
    """

    def read(self, value: Any) -> str:
        """Read a string."""
        if not isinstance(value, str):
            raise ValidationError("is not a string")
        if self.strict and not value.strip():
            raise ValidationError(IS_EMPTY)
        return value


class Flag(Declared[bool]):
    """`true` or `false`, and nothing that merely looks like them."""

    def read(self, value: Any) -> bool:
        """Read a boolean."""
        if not isinstance(value, bool):
            raise ValidationError("is not true or false")
        return value

"""The base of all fields, and those that read one value."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypedDict, TypeVar, Unpack

from marshmallow import ValidationError, fields


T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

IS_MISSING: Final = "is missing"
IS_NULL: Final = "is null"
IS_EMPTY: Final = "is empty"
IS_NO_STRING: Final = "is not a string"
IS_NO_TIMESTAMP: Final = "is not a timestamp"

#: Characters of a timestamp that is read.
LONGEST_TIMESTAMP: Final = 64


class Options(TypedDict, total=False):
    """The options of any field: whether decisions rest on it, and its name in the body."""

    strict: bool
    wire_name: str | None


class Declared(fields.Field[T], ABC):
    """
    A field that may be missing or null, unless a decision rests on it (`strict`).

    Voucherify's own examples are null where its specification forbids it, and its
    compatibility policy lets properties come and go (specification of 2024-01-01).
    The complaints complete a sentence that starts with the path of the field.
    """

    default_error_messages = {  # noqa: RUF012 - Marshmallow declares it without ClassVar
        "required": IS_MISSING,
        "null": IS_NULL,
    }

    def __init__(self, **options: Unpack[Options]) -> None:
        strict = options.get("strict", False)
        super().__init__(required=strict, allow_none=not strict, data_key=options.get("wire_name"))

    @property
    def strict(self) -> bool:
        """Whether the whole body is refused when this field cannot be read."""
        return self.required

    @abstractmethod
    def read(self, value: Any) -> T:
        """Read a value that is neither missing nor null, or raise `ValidationError`."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002 - Marshmallow's signature
        data: Any,  # noqa: ARG002 - same
        **kwargs: Any,  # noqa: ARG002 - same
    ) -> T:
        return self.read(value)


class Text(Declared[str]):
    """
    A string; a strict one holds more than blanks. No form of an id is checked.

    Voucherify may change the length and the format of ids (API overview, compatibility).
    """

    def read(self, value: Any) -> str:
        """Read a string."""
        if not isinstance(value, str):
            raise ValidationError(IS_NO_STRING)
        if self.strict and not value.strip():
            raise ValidationError(IS_EMPTY)
        return value


class Flag(Declared[bool]):
    """`true` or `false`, and nothing that merely resembles them."""

    def read(self, value: Any) -> bool:
        """Read a boolean."""
        if not isinstance(value, bool):
            raise ValidationError("is not true or false")
        return value


class FreeObject(Declared[Mapping[str, Any]]):
    """An object whose names the shop chooses, such as `metadata`: kept, read-only."""

    def read(self, value: Any) -> Mapping[str, Any]:
        """Read an object of any content."""
        if not isinstance(value, Mapping):
            raise ValidationError("is not an object")
        return MappingProxyType(value)


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
            raise ValidationError(IS_NO_STRING)
        if self.strict and not value.strip():
            raise ValidationError(IS_EMPTY)
        return self.known.get(value) or UnknownValue(value)


class Timestamp(Declared[datetime]):
    """A moment, in UTC."""

    def read(self, value: Any) -> datetime:
        """Read an ISO 8601 timestamp."""
        if not isinstance(value, str):
            raise ValidationError(IS_NO_STRING)
        moment = read_timestamp(value)
        if moment is None:
            raise ValidationError(IS_NO_TIMESTAMP)
        return moment


def read_timestamp(text: str) -> datetime | None:
    """
    Return an ISO 8601 timestamp as an aware one in UTC, or None if it is none.

    Voucherify writes `Z` or `+00:00` with two to six digits of a second and more; digits
    past the microsecond are cut off. A published example has stray blanks
    (`10: 24: 01.084Z`). All of its times are UTC, so one without a zone is taken as UTC.
    """
    if len(text) > LONGEST_TIMESTAMP:
        return None
    moment = _parsed(text) or _parsed("".join(text.split()).upper())
    if moment is None:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # The first and the last day of the calendar have hours that UTC cannot hold.
        return None


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None

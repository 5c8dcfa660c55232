from abc import ABC, abstractmethod
from typing import Any, TypedDict, TypeVar, Unpack

from marshmallow import fields

from schemas.errors import Reason


T = TypeVar("T")

IS_MISSING = "is missing"
IS_NULL = "is null"
IS_EMPTY = "is empty"
IS_NO_TIMESTAMP = "is not a timestamp"

_REASONS = {
    IS_MISSING: Reason.MISSING_FIELD,
    IS_NULL: Reason.MISSING_FIELD,
    IS_EMPTY: Reason.MISSING_FIELD,
    IS_NO_TIMESTAMP: Reason.BAD_TIMESTAMP,
}


def reason_of(phrase: str) -> Reason:
    """Say under which slug a field's complaint is counted."""
    return _REASONS.get(phrase, Reason.WRONG_TYPE)


class Options(TypedDict, total=False):
    """What any field can be told: whether all hangs on it, and its name in the body."""

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

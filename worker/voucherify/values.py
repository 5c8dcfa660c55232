"""Values in Voucherify's answers, read leniently: a value of another form is None or empty."""

from datetime import datetime
from typing import Any

from schemas.fields.simple import read_timestamp


Json = dict[str, Any]


def moment(value: Any) -> datetime | None:
    """Read a timestamp."""
    return read_timestamp(value) if isinstance(value, str) else None


def object_of(value: Any) -> Json:
    """Read an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    """Read a text that is not empty."""
    return value if isinstance(value, str) and value else None


def whole(value: Any) -> int | None:
    """Read a whole number, however it is written."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None

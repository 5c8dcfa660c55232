from datetime import UTC, datetime
from typing import overload


@overload
def moment(milliseconds: bytes | float) -> datetime: ...


@overload
def moment(milliseconds: bytes | float | None) -> datetime | None: ...


def moment(milliseconds: bytes | float | None) -> datetime | None:
    """Turn a time of the store into an aware datetime."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(float(milliseconds) / 1000, UTC)


def utc_now() -> datetime:
    """Return this machine's time, aware."""
    return datetime.now(UTC)

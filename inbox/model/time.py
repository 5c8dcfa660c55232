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


def ms_of(answer: tuple[int, int]) -> int:
    """Return the time of the store's answer to TIME, in milliseconds since 1970."""
    return int(answer[0]) * 1000 + int(answer[1]) // 1000


def utc_now() -> datetime:
    """Return this machine's time, aware."""
    return datetime.now(UTC)

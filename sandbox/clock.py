import time
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any


def now() -> datetime:
    """Return the current time, cut to the milliseconds that Voucherify shows."""
    return _cut(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """Write a moment as Voucherify does: UTC, milliseconds, a Z at the end."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def as_json(record: Any) -> dict[str, Any]:
    """Return the fields of a record with its moments written as Voucherify writes them."""
    values = {each.name: getattr(record, each.name) for each in fields(record)}
    return {
        name: stamp(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


class Clock:
    """The machine's time, which a test can set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        """Return the seconds since 1970, not cut."""
        return time.time() + self.ahead

    def now(self) -> datetime:
        """Return the time as `now` does."""
        return _cut(datetime.fromtimestamp(self.time(), UTC))

    @property
    def is_set(self) -> bool:
        """Whether its time may differ from the machine's."""
        return self.ahead > 0

    def advance(self, seconds: float) -> None:
        """Let time pass at once; it never runs back."""
        if seconds < 0:
            raise ValueError("Time does not run back.")
        self.ahead += seconds

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def reset(self) -> None:
        """Go by the machine's time again."""
        self.ahead = 0.0


class ManualClock(Clock):
    """A time that stands still until it is advanced; waiting advances it."""

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self._start = start

    def time(self) -> float:
        """Return the seconds since 1970."""
        return (self._start + timedelta(seconds=self.ahead)).timestamp()

    def now(self) -> datetime:
        """Return the time as `now` does, without the rounding of floats."""
        return _cut((self._start + timedelta(seconds=self.ahead)).astimezone(UTC))

    @property
    def is_set(self) -> bool:
        """Whether its time may differ from the machine's: always."""
        return True

    def sleep(self, seconds: float) -> None:
        """Let the time pass instead of waiting."""
        self.advance(seconds)


def _cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

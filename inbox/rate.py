from dataclasses import dataclass
from typing import Final


_UNITS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    count: int
    seconds: float

    @property
    def ms(self) -> int:
        """The time in ms."""
        return int(self.seconds * 1000)


def rate(value: str) -> Rate:
    """Take a rate such as `100/minute`."""
    count, slash, unit = value.partition("/")
    right = count.isascii() and count.isdecimal() and len(count) < 10 and int(count) > 0
    if not (right and slash and unit in _UNITS):
        raise ValueError(f"must be a number, a slash and one of {', '.join(_UNITS)}")
    return Rate(int(count), _UNITS[unit])

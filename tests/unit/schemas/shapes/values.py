"""Random values of simple nodes, in every way of writing one that Voucherify is known for."""

from collections.abc import Callable
from random import Random
from typing import Any, Final


_TEXTS: Final = ("", " ", "plain", "Zoë, the 2nd", 'a"b\\c', "日本 ☕", "x" * 300)  # fmt: skip

# Z and +00:00, two digits of a second and more, and the stray blanks of a published example.
_MOMENTS: Final = (
    "{day}T{hour:02}:14:15.092Z",
    "{day}T{hour:02}:14:15Z",
    "{day}T{hour:02}:14:15.928461Z",
    "{day}T{hour:02}:14:15.92+00:00",
    "{day}T{hour:02}:14:15.9284617+00:00",
    "{day}T{hour:02}: 14: 15.092Z",
    "{day}T{hour:02}:14:15.092+02:00",
)


def simple(kind: str, random: Random) -> Any:
    """Make a value of a simple node."""
    return _MAKERS[kind](random)


def rewritten(value: Any) -> Any:
    """Write a number as the REST API or another serializer would: as text, or with a point."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(value) if isinstance(value, int) and value % 2 else str(value)


def text(random: Random) -> str:
    """Make a string that is not blank."""
    return f"{random.choice(_TEXTS)}{random.getrandbits(40):x}"


def extra(random: Random) -> Any:
    """Make what a property that Voucherify adds tomorrow may hold."""
    return random.choice(
        (None, True, 7, 0.5, "new", [], ["new", 1], {}, {"id": {"inner": [None]}}, [{"id": "new"}])
    )


def _string(random: Random) -> str:
    return random.choice(_TEXTS) if random.random() < 0.2 else text(random)


def _day(random: Random) -> str:
    return f"{random.randint(2000, 2099)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _moment(random: Random) -> str:
    return random.choice(_MOMENTS).format(day=_day(random), hour=random.randrange(24))


def _date(random: Random) -> str:
    return _day(random) if random.random() < 0.7 else _moment(random)


def _time(random: Random) -> str:
    return f"{random.randrange(24):02}:{random.randrange(60):02}"


def _whole(random: Random) -> int:
    return random.randint(-3, 10**6)


def _number(random: Random) -> int | float:
    return random.choice((_whole(random), random.randint(0, 10**6) / 100))


def _free(random: Random) -> dict[str, Any]:
    return {text(random): extra(random) for _ in range(random.randrange(3))}


_MAKERS: Final[dict[str, Callable[[Random], Any]]] = {
    "string": _string,
    "date-time": _moment,
    "date": _date,
    "time": _time,
    "integer": _whole,
    "number": _number,
    "boolean": lambda random: random.random() < 0.5,
    "object": _free,
    "any": extra,
}

"""Texts of environment variables to values. No message repeats the text: it may be a secret."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, urlsplit


_PREFIX: Final = re.compile(r"[\w.-]*(\{[\w.-]+\})?[\w.-]*(?<!^):", re.ASCII)


def text(value: str) -> str:
    """Return the text as it is."""
    return value


def optional(value: str) -> str | None:
    """Parse the text, or None for an unset variable (default "")."""
    return value or None


def whole_number(low: int, high: int, why: str = "") -> Callable[[str], int]:
    """
    Return a parser of whole numbers from `low` to `high`.

    Args:
        low: the least.
        high: the most.
        why: what would not hold below the least, for the message.
    """
    range_ = f"must be a whole number from {low} to {high}"
    too_low = f"{range_}: {why}" if why else range_

    def parse(value: str) -> int:
        # int() also takes "1_000", blanks and other scripts' digits; a person means none of them.
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
            raise ValueError(range_)
        number = int(value)
        if number < low:
            raise ValueError(too_low)
        if number > high:
            raise ValueError(range_)
        return number

    return parse


def words(value: str) -> tuple[str, ...]:
    """Split at commas; blanks around a word and empty words do not count."""
    return tuple(word for part in value.split(",") if (word := part.strip()))


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a parser that takes one of some words."""

    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return parse


def prefix(value: str) -> str:
    """Parse what every key of an installation begins with."""
    if len(value) > 64 or not _PREFIX.fullmatch(value):
        # With one colon, at the end, no prefix is the beginning of another: an ACL rule for one
        # installation never covers a second.
        raise ValueError(
            "must be letters, digits, dots, hyphens and underscores, perhaps in {}, and end in its "
            "only colon, such as shoes: or {shoes}:"
        )
    return value


def share(value: str) -> float:
    """Parse a number from 0 to 1."""
    plain = value.isascii() and value.replace(".", "", 1).isdecimal() and len(value) <= 20
    if not plain or not 0 <= float(value) <= 1:
        raise ValueError("must be a number from 0 to 1, such as 0.2")
    return float(value)


def positive_share(value: str) -> float:
    """Parse a number above 0 and at most 1."""
    try:
        found = share(value)
    except ValueError:
        found = 0
    if not found:
        raise ValueError("must be a number above 0 and at most 1, such as 0.2")
    return found


def interval(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole seconds from `low` to `high`, or `off`, which is 0."""
    seconds = whole_number(low, high)

    def parse(value: str) -> int:
        return 0 if value == "off" else seconds(value)

    return parse


def zero_or(low: int, high: int, why: str) -> Callable[[str], int]:
    """Return a parser of whole numbers from `low` to `high`, or 0; `why` as in `whole_number`."""
    number = whole_number(low, high, why)

    def parse(value: str) -> int:
        if value == "0":
            return 0
        try:
            return number(value)
        except ValueError as error:
            raise ValueError(str(error).replace("must be", "must be 0 or", 1)) from None

    return parse


def on_or_off(value: str) -> bool:
    """Parse `on` or `off`."""
    if value not in {"on", "off"}:
        raise ValueError("must be on or off")
    return value == "on"


def service_address(value: str) -> str:
    """Parse the http or https address of a service, with a path and a query if it has them."""
    _web(value)
    return value


def optional_service_address(value: str) -> str:
    """Parse an address, or the empty text of an unset variable (default "")."""
    return service_address(value) if value else ""


def api_root(value: str) -> str:
    """Parse the address of an API whose paths we add: no path, no query."""
    parts = _web(value)
    if parts.path.strip("/") or parts.query or value.endswith("?"):
        raise ValueError("must be the address without a path, such as https://api.example.com")
    return f"{parts.scheme}://{parts.netloc}"


def _web(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or any(letter.isspace() or letter == "\\" for letter in value):
        raise ValueError("must be an address such as https://api.example.com")
    if not value.isascii() or not value.isprintable():
        raise ValueError("must be ASCII: xn--… for a host with other letters, %C3%A9 in a path")
    if "@" in parts.netloc:
        raise ValueError("must hold no user and password: requests are signed or carry keys")
    if "#" in value:
        raise ValueError("must hold no #: what follows it never reaches a server")
    return parts


def seconds_list(value: str) -> tuple[float, ...]:
    """Parse comma-separated waits in seconds."""
    message = "must be seconds from 0 to 604800 with commas between, such as 10,60,300"
    # float() also takes "1_000" and other scripts' digits; a person means neither.
    if "_" in value or not value.isascii():
        raise ValueError(message)
    try:
        waits = tuple(float(word) for word in words(value))
    except ValueError:
        raise ValueError(message) from None
    if not waits or not all(0 <= wait <= 604800 for wait in waits):
        raise ValueError(message)
    return waits


_UNITS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


def rate(value: str) -> tuple[int, float]:
    """Parse a rate such as `100/minute`, as a number and seconds."""
    count, slash, unit = value.partition("/")
    right = count.isascii() and count.isdecimal() and len(count) < 10 and int(count) > 0
    if not (right and slash and unit in _UNITS):
        raise ValueError(f"must be a number, a slash and one of {', '.join(_UNITS)}")
    return int(count), _UNITS[unit]


def names(value: str) -> tuple[str, ...]:
    """Parse names of variables with commas between."""
    found = words(value)
    if not all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name) for name in found):
        raise ValueError("must be names of variables with commas between, such as CRM_TEAM")
    return found

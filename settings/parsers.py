"""Texts of environment variables to values. No message repeats the text: it may be a secret."""

from collections.abc import Callable
from urllib.parse import urlsplit


def text(value: str) -> str:
    """Take the text as it is."""
    return value


def optional(value: str) -> str | None:
    """Take the text, or None for an unset variable (default "")."""
    return value or None


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Make a parser of whole numbers from `low` to `high`."""

    def parse(value: str) -> int:
        # int() also takes "1_000", blanks and other scripts' digits; a person means none of them.
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
            raise ValueError(f"must be a whole number from {low} to {high}")
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return number

    return parse


def words(value: str) -> tuple[str, ...]:
    """Split at commas; blanks around a word and empty words do not count."""
    return tuple(word for part in value.split(",") if (word := part.strip()))


def one_of(*choices: str) -> Callable[[str], str]:
    """Make a parser that takes one of some words."""

    def parse(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return parse


def on_or_off(value: str) -> bool:
    """Take `on` or `off`."""
    if value not in {"on", "off"}:
        raise ValueError("must be on or off")
    return value == "on"


def web_address(value: str) -> str:
    """Take an http or https address."""
    try:
        parts = urlsplit(value)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname)
        right = right and not any(letter.isspace() for letter in value)
        _ = parts.port
    except ValueError:
        right = False
    if not right:
        raise ValueError("must be an address such as https://api.example.com")
    return value


def optional_web_address(value: str) -> str:
    """Take an address, or the empty text of an unset variable (default "")."""
    return web_address(value) if value else ""


def seconds_list(value: str) -> tuple[float, ...]:
    """Take comma-separated waits in seconds."""
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

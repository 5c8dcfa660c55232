from collections.abc import Callable
from typing import Any

import pytest

from settings.parsers import (
    one_of,
    optional,
    optional_service_address,
    seconds_list,
    service_address,
    text,
    whole_number,
    words,
)


Parser = Callable[[str], Any]


def hundred(value: str) -> int:
    """Parse a number from -100 to 100."""
    return whole_number(-100, 100)(value)


def ten(value: str) -> int:
    """Parse a number from 1 to 10."""
    return whole_number(1, 10)(value)


def form(value: str) -> str:
    """Parse one of two words."""
    return one_of("json", "console")(value)


@pytest.mark.parametrize(
    ("parse", "value", "result"),
    [
        (text, "as it is", "as it is"),
        (optional, "", None),
        (optional, "set", "set"),
        (whole_number(-5, 5), "-5", -5),
        (whole_number(-5, 5), "0", 0),
        (whole_number(1, 10), "007", 7),
        (whole_number(0, 10**18), "999999999999999999", 999_999_999_999_999_999),
        (words, "", ()),
        (words, " a ,, b c ,", ("a", "b c")),
        (form, "console", "console"),
        (service_address, "https://api.example.test", "https://api.example.test"),
        (service_address, "http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1/"),
        (service_address, "https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        (optional_service_address, "", ""),
        (optional_service_address, "http://a.test/", "http://a.test/"),
        (seconds_list, "10, 30,60.5", (10.0, 30.0, 60.5)),
        (seconds_list, "0,604800", (0.0, 604800.0)),
    ],
)
def test_right_texts_become_values(parse: Parser, value: str, result: object) -> None:
    """Each parser takes what a person would write."""
    assert parse(value) == result


BAD_NUMBERS = [
    "x7q",
    "7x",
    "--7",
    "-",
    "+7",
    "7.0",
    "7e1",
    "1_0",
    "\u0667",
    "\u00b2",
    "0x7",
    "7 7",
    "9" * 5000,
]
BAD_ADDRESSES = [
    "x7q",
    "ftp://x7q.example",
    "https://",
    "https:///x7q",
    "https://:443",
    "http://x7q:port",
    "http://x7q:99999",
    "http://[::x7q",
    "//x7q.example",
    "http://x7q example/",
    "http://x7q.example/\na",
]
BAD_WAITS = ["x7q", ",", "10,x7q", "-1", "604801", "nan", "inf", "1_0", "\u0667", "10;20", "1e400"]


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        *((hundred, value) for value in BAD_NUMBERS),
        (ten, "0"),
        (ten, "11"),
        (form, "x7q"),
        (form, "JSON"),
        (form, ""),
        *((service_address, value) for value in ["", *BAD_ADDRESSES]),
        *((optional_service_address, value) for value in BAD_ADDRESSES),
        *((seconds_list, value) for value in ["", *BAD_WAITS]),
    ],
)
def test_wrong_texts_are_refused_without_being_repeated(parse: Parser, value: str) -> None:
    """Each parser says what it expects, never what it got."""
    with pytest.raises(ValueError, match=r"^must be ") as found:
        parse(value)

    assert "x7q" not in str(found.value)
    assert found.value.__cause__ is None

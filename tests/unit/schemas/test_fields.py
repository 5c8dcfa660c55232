"""How each field reads a single value."""

import math
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas import HolderRole, UnknownValue, read_timestamp
from schemas.fields import Amount, Choice, Flag, FreeObject, Text, Whole


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (900, 900), (0, 0), (-250, -250), (900.0, 900), (-0.0, 0), (1e17, 10**17),
        ("900", 900), ("-12", -12), ("0900", 900), ("900.00", 900),
        (12.5, Decimal("12.5")), (0.1, Decimal("0.1")), ("33.333", Decimal("33.333")),
        (10**18 - 1, 10**18 - 1),
        ("9" * 18 + "." + "9" * 18, Decimal("9" * 18 + "." + "9" * 18)),
    ],
    ids=repr,
)  # fmt: skip
def test_reads_numbers_and_numeric_strings(value: object, amount: int | Decimal) -> None:
    """Whole amounts become int, others Decimal as written, whichever way they arrive."""
    read = Amount().deserialize(value)
    assert read == amount
    assert type(read) is type(amount)


@pytest.mark.parametrize(
    "value",
    [
        True, False, math.nan, math.inf, -math.inf, 10**18, -(10**18), 10**600, 1e18, 1e300, 1e-300,
        "1" * 19, "0." + "1" * 19, "1" * 100_000, "", " 5", "5 ", "+5", "1e3", "1_000", "1,000",
        ".5", "5.", "٣", "NaN", "Infinity", [5], {"amount": 5},
    ],
    ids=lambda value: str(value)[:20] or "empty",
)  # fmt: skip
def test_refuses_what_is_no_amount(value: object) -> None:
    """Booleans, infinities, over-long digits and other spellings are no amounts."""
    with pytest.raises(ValidationError):
        Amount().deserialize(value)


@pytest.mark.parametrize(("value", "number"), [(3, 3), (3.0, 3), ("3", 3), ("3.0", 3)], ids=repr)
def test_a_count_is_whole(value: object, number: int) -> None:
    """A count is read however a whole number is written."""
    assert Whole().deserialize(value) == number


@pytest.mark.parametrize("value", [2.5, "2.5", True, "two", [2]], ids=repr)
def test_a_count_has_no_fraction(value: object) -> None:
    """A fraction, a boolean and a word are no counts."""
    with pytest.raises(ValidationError):
        Whole().deserialize(value)


@given(st.one_of(st.integers(), st.floats(), st.text(), st.decimals().map(str)))
def test_an_amount_is_exact_or_refused(value: float | str) -> None:
    """No value makes the field fail otherwise, and none that it reads is changed."""
    try:
        read = Amount().deserialize(value)
    except ValidationError:
        return
    assert read is not None
    assert -(10**18) < read < 10**18
    assert read == (value if isinstance(value, int) else Decimal(str(value)))


def test_a_known_value_is_a_member() -> None:
    """A value that the specification lists becomes the member of its enumeration."""
    assert Choice(HolderRole).deserialize("REFEREE") is HolderRole.REFEREE


@pytest.mark.parametrize("value", ["AMBASSADOR", "referee", "", " REFEREE"])
def test_an_unknown_value_is_kept_and_visible(value: str) -> None:
    """A value that is not listed is kept as text, is no member, and shows what it is."""
    read = Choice(HolderRole).deserialize(value)
    assert read == value
    assert isinstance(read, UnknownValue)
    assert not isinstance(read, HolderRole)
    assert repr(read) == f"UnknownValue({value!r})"


@pytest.mark.parametrize("value", [0, 1, "true", "yes", [], {}])
def test_only_booleans_are_flags(value: object) -> None:
    """True and false are read as they are, and nothing that resembles them."""
    assert (Flag().deserialize(True), Flag().deserialize(False)) == (True, False)
    with pytest.raises(ValidationError):
        Flag().deserialize(value)


@pytest.mark.parametrize("value", ["", "  "])
def test_only_strict_text_must_say_something(value: str) -> None:
    """Empty text is fine unless a decision rests on it."""
    assert Text().deserialize(value) == value
    with pytest.raises(ValidationError):
        Text(strict=True).deserialize(value)


def test_a_free_object_is_read_only() -> None:
    """Metadata keeps its content, whatever that is, and cannot be changed."""
    content: dict[str, Any] = {"a": {"b": [1, None]}, "": 2}
    read = FreeObject().deserialize(content)
    assert read == content
    assert isinstance(read, MappingProxyType)


def at(microsecond: int = 0) -> datetime:
    """Return a moment of one second."""
    return datetime(2025, 5, 13, 10, 24, 1, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-05-13T10:24:01.084Z", at(84000)),
        ("2025-05-13T10:24:01Z", at()),
        ("2025-05-13T10:24:01.08+00:00", at(80000)),
        ("2025-05-13T10:24:01.0841+00:00", at(84100)),
        ("2025-05-13T10:24:01.228461Z", at(228461)),
        ("2025-05-13T10:24:01.228461999Z", at(228461)),
        ("2025-05-13T12:24:01.084+02:00", at(84000)),
        ("2025-05-13T00:24:01-10:00", at()),
        ("2025-05-13T10: 24: 01.084Z", at(84000)),
        (" 2025-05-13T10:24:01.084Z\n", at(84000)),
        ("2025-05-13t10:24:01z", at()),
        ("2025-05-13T10:24:01.084", at(84000)),
        ("2025-05-13", datetime(2025, 5, 13, tzinfo=UTC)),
    ],
)
def test_reads_the_timestamps_that_occur(text: str, moment: datetime) -> None:
    """Every form in Voucherify's publications is read; one without a zone is UTC."""
    read = read_timestamp(text)
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "1715595841", "2025-13-01T00:00:00Z", "2025-02-30T00:00:00Z",
        "2025-05-13T10:24:61Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "2025-05-13T10:24:01.0Z" + " " * 64, "2025-05-13T10:24:01\ud83dZ",
    ],
)  # fmt: skip
def test_anything_else_is_no_timestamp(text: str) -> None:
    """What is no moment of the calendar gives None, also where UTC would overflow."""
    assert read_timestamp(text) is None


def test_no_zone_means_utc_wherever_the_worker_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timestamp without a zone is UTC also on a machine that is set to another zone."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "TEA-9")
        time.tzset()
        read = read_timestamp("2025-05-13T10:24:01.084")
    time.tzset()
    assert read == at(84000)


@given(st.datetimes(timezones=st.integers(-840, 840).map(lambda m: timezone(timedelta(minutes=m)))))
def test_keeps_the_moment(moment: datetime) -> None:
    """Any moment that is written in ISO 8601 is read back in UTC, if UTC has it."""
    read = read_timestamp(moment.isoformat())
    assert read is None or (read == moment and read.tzinfo is UTC)
    assert read is not None or moment.year in {1, 9999}


@given(st.text())
def test_any_text_is_a_moment_or_none(text: str) -> None:
    """No text makes the reader fail."""
    read = read_timestamp(text)
    assert read is None or read.tzinfo is UTC

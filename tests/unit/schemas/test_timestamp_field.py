import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import read_timestamp


def at(hour: int, minute: int, second: int, microsecond: int = 0) -> datetime:
    """Name a moment of one day."""
    return datetime(2025, 5, 13, hour, minute, second, microsecond, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-05-13T10:24:01.084Z", at(10, 24, 1, 84000)),
        ("2025-05-13T10:24:01Z", at(10, 24, 1)),
        ("2025-05-13T10:24:01.08+00:00", at(10, 24, 1, 80000)),
        ("2025-05-13T10:24:01.0841+00:00", at(10, 24, 1, 84100)),
        ("2025-05-13T10:24:01.228461Z", at(10, 24, 1, 228461)),
        ("2025-05-13T10:24:01.228461999Z", at(10, 24, 1, 228461)),
        ("2025-05-13T12:24:01.084+02:00", at(10, 24, 1, 84000)),
        ("2025-05-13T00:24:01-10:00", at(10, 24, 1)),
        ("2025-05-13T10: 24: 01.084Z", at(10, 24, 1, 84000)),
        (" 2025-05-13T10:24:01.084Z\n", at(10, 24, 1, 84000)),
        ("2025-05-13t10:24:01z", at(10, 24, 1)),
        ("2025-05-13T10:24:01.084", at(10, 24, 1, 84000)),
        ("2025-05-13", at(0, 0, 0)),
    ],
)
def test_reads_the_forms_that_occur(text: str, moment: datetime) -> None:
    """Every form in Voucherify's publications is read; one without a zone is UTC."""
    read = read_timestamp(text)
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1715595841",
        "2025-13-01T00:00:00Z",
        "2025-02-30T00:00:00Z",
        "2025-05-13T10:24:61Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2025-05-13T10:24:01.0Z" + " " * 64,
        "2025-05-13T10:24:01\ud83dZ",
    ],
)
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
    assert read == at(10, 24, 1, 84000)


@given(st.datetimes(timezones=st.integers(-840, 840).map(lambda m: timezone(timedelta(minutes=m)))))
def test_keeps_the_moment(moment: datetime) -> None:
    """Any moment that is written in ISO 8601 is read back in UTC, if UTC can hold it."""
    read = read_timestamp(moment.isoformat())
    assert read is None or (read == moment and read.tzinfo is UTC)
    assert read is not None or moment.year in {1, 9999}


@given(st.text())
def test_any_text_is_a_moment_or_none(text: str) -> None:
    """No text makes the reader fail."""
    read = read_timestamp(text)
    assert read is None or read.tzinfo is UTC

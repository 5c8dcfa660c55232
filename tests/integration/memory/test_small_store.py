"""Half a year of a shop in a store of 50 MB, and four times as many removals after that."""

from pathlib import Path
from typing import Final

import pytest

import inbox.retention
from inbox.admin.memory import is_full_soon
from inbox.errors import InboxUnavailableError
from tests.integration.memory.clock import moved_store
from tests.integration.memory.days import Days


MEMORY_DAYS: Final = 190
WINDOW_DAYS: Final = 7

#: What the store holds, of a `maxmemory` of 50 MB.
MOST_SHARE: Final = 0.8
MAXMEMORY: Final = 50 * 1024 * 1024

#: How many days before the first 503 the warning comes at least.
AT_LEAST_DAYS: Final = 14

#: Far more days than the store has left at 1,000 removals a day.
MOST_DAYS: Final = 150

#: Workers sweep the index every 10 s, here some dozens of times a day, so each time more of it.
BUCKETS: Final = 128


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_a_store_of_50_mb_carries_half_a_year_and_warns_long_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It holds 190 days of 250 removals and 7 days of 5,000 unwanted events under 80 %.

    Then at 1,000 removals a day it warns at least 14 days before the first event is refused.
    Unwanted events of the days before are not played: they would be forgotten by then.
    """
    monkeypatch.setattr(inbox.retention, "BUCKETS_A_CALL", BUCKETS)
    with moved_store(tmp_path, maxmemory="50mb") as moved:
        days = Days(moved)
        for day in range(MEMORY_DAYS):
            lasts = day >= MEMORY_DAYS - WINDOW_DAYS - 1
            days.play(removals=250, unwanted=5_000 if lasts else 0)
        held, used = days.remembered(), days.memory.used

        warned, full = _play_until_full(days)

    print(f"{held}: {used / MAXMEMORY:.0%}; full after {full} days, warned on day {warned}")  # noqa: T201 - shows where it stands
    assert held.removals >= MEMORY_DAYS * 250
    assert held.others >= WINDOW_DAYS * 5_000
    assert used < MOST_SHARE * MAXMEMORY
    assert warned is not None
    assert full - warned >= AT_LEAST_DAYS


def _play_until_full(days: Days) -> tuple[int | None, int]:
    """Return the day of the first warning, None for none, and that of the first 503."""
    warned = None
    for day in range(MOST_DAYS):
        try:
            days.play(removals=1_000, unwanted=5_000)
        except InboxUnavailableError as error:
            if error.reason != "full":
                raise
            return warned, day
        if warned is None and is_full_soon(days.memory):
            warned = day
    pytest.fail(f"not full within {MOST_DAYS} days: {days.memory}")

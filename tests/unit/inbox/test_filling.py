"""When the store is full: what a series of samples makes of it, and that the alert is in time."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import pytest

from inbox.admin.filling import DAY, SPAN, Growth, days_until_full, growth
from inbox.admin.memory import is_full_soon, memory_view
from inbox.admin.views import FillState, MemoryView
from inbox.store.headroom import is_used_up
from tests.unit.inbox.filling_store import (
    BEGIN,
    JITTER,
    MAXMEMORY,
    USABLE,
    Hour,
    Used,
    hours,
    removals,
)


KB: Final = 1_000
MB: Final = 1_000_000

#: The days that the alert leaves.
PROMISED_DAYS: Final = 14


def view(hour: Hour) -> MemoryView:
    """Return what is shown at this hour."""
    found = memory_view(hour.info, hour.samples, hour.now)
    assert found is not None
    return found


def last(found: Iterable[Hour]) -> MemoryView:
    """Return what is shown at the last of these hours."""
    *_, hour = found
    return view(hour)


def alert_and_refusal(found: Iterable[Hour]) -> tuple[float | None, float | None]:
    """Return on which days the alert has held for an hour, and the first webhook is refused."""
    alert, pending = None, False
    for hour in found:
        soon = is_full_soon(view(hour))
        if alert is None and soon and pending:
            alert = hour.day
        pending = soon
        if is_used_up(hour.info):
            return alert, hour.day
    return alert, None


def _linear(begin: float, daily: float) -> Used:
    return lambda day: begin + day * daily


@pytest.mark.parametrize(("jitter", "seed"), [(0, 0), (JITTER, 1), (JITTER, 2)])
@pytest.mark.parametrize("begin", [-10.0, 0.0], ids=["known before", "from the change on"])
def test_the_alert_leaves_two_weeks_when_four_times_as_many_come(
    begin: float, jitter: int, seed: int
) -> None:
    """250 removals a day become 1,000 while three quarters of what webhooks may take is used."""
    used = removals(250, 1000, at_begin=0.75 * USABLE)

    found = hours(used, 60, begin=begin, seed=seed, jitter=jitter)
    alert, refusal = alert_and_refusal(found)

    assert refusal is not None
    assert alert is not None
    assert alert > 0
    assert refusal - alert >= PROMISED_DAYS


def test_what_is_full_sooner_is_said_as_soon_as_growth_is_known() -> None:
    """At 75 % of maxmemory itself only ten days are left: they are reported after two."""
    used = removals(250, 1000, at_begin=0.75 * MAXMEMORY)

    alert, refusal = alert_and_refusal(hours(used, 60, begin=-10))

    assert refusal is not None
    assert alert is not None
    assert refusal < PROMISED_DAYS
    assert 0 < alert <= 2.1


@pytest.mark.parametrize("seed", range(3))
def test_a_store_that_forgets_as_much_as_comes_raises_no_alert(seed: int) -> None:
    """After 190 days, 250 removals a day add nothing, whatever buffers come and go."""
    used = removals(250, 250, at_begin=0.9 * USABLE)

    assert alert_and_refusal(hours(used, 40, seed=seed)) == (None, None)


def test_growth_ends_when_old_records_are_forgotten() -> None:
    """A plan that holds 1,000 a day is shown as filling, and at last as full to no end."""
    used = removals(250, 1000, at_begin=60 * MB)
    plan = 250 * MB

    filling = last(hours(used, 30, maxmemory=plan, jitter=0))
    steady = last(hours(used, 200, begin=190, maxmemory=plan, jitter=0))

    assert filling.state is FillState.FILLING
    assert filling.daily == pytest.approx(420 * KB)
    assert steady.state is FillState.STEADY
    assert steady.full_days is None


def test_the_day_is_right_to_a_few_hours() -> None:
    """Of a store that grows evenly, growth and the last day are those of the line."""
    found = last(hours(_linear(10 * MB, 300 * KB), 12, jitter=0))

    left = (USABLE - 10 * MB - 12 * 300 * KB) / (300 * KB)
    assert found.daily == pytest.approx(300 * KB)
    assert found.full_days == pytest.approx(left, abs=SPAN / DAY)


@pytest.mark.parametrize("day", [0.0, 0.5, 1.0, 1.5])
def test_too_few_samples_are_unknown(day: float) -> None:
    """Before two days have passed nothing is said: neither 0 nor never."""
    found = last(hours(_linear(10 * MB, 5 * MB), day))

    assert (found.state, found.daily, found.full_days) == (FillState.UNKNOWN, None, None)
    assert not is_full_soon(found)


def test_two_days_are_enough() -> None:
    """What would be full in a week is known on the second day."""
    assert last(hours(_linear(10 * MB, 5 * MB), 2)).state is FillState.FILLING


def test_a_store_that_gets_emptier_is_never_full() -> None:
    """Its growth is below 0, and no day is said."""
    found = last(hours(_linear(30 * MB, -300 * KB), 10))

    assert found.state is FillState.STEADY
    assert found.daily is not None
    assert found.daily < 0
    assert found.full_days is None


def test_a_burst_of_a_day_is_no_growth() -> None:
    """8 MB that wait for ten hours of each day, at hours that change, raise no alert."""

    def used(day: float) -> float:
        hour = day * 24 - 5 * int(day)
        waits = 8 * MB if 3 <= hour % 24 < 13 else 0
        return 0.75 * USABLE + waits + day * 20 * KB

    assert alert_and_refusal(hours(used, 30)) == (None, None)


def test_a_backlog_of_days_is_growth_and_ends_with_it() -> None:
    """What waits for three days would fill the store; once it is done, nothing is said any more."""

    def used(day: float) -> float:
        return 0.6 * USABLE + (2 * MB * min(day - 10, 3) if 10 <= day < 14 else 0)

    found = {round(hour.day, 1): view(hour) for hour in hours(used, 24)}

    assert not is_full_soon(found[9.0])
    assert is_full_soon(found[13.0])
    assert all(not is_full_soon(each) for day, each in found.items() if day > 14.2)


def test_a_quiet_weekend_does_not_hide_the_week() -> None:
    """The larger of the last day's and the last week's growth counts."""

    def used(day: float) -> float:
        weeks, rest = divmod(day, 7)
        return 10 * MB + (weeks * 5 + min(rest, 5)) * 700 * KB

    sunday, thursday = last(hours(used, 14, jitter=0)), last(hours(used, 17.9, jitter=0))

    assert sunday.daily == pytest.approx(500 * KB)
    assert thursday.daily == pytest.approx(700 * KB)


def test_a_day_without_workers_leaves_the_week() -> None:
    """Samples are missing while no worker runs: that day is unknown, the week is not."""
    *_, hour = hours(_linear(10 * MB, 700 * KB), 12, jitter=0)
    spans = sorted(hour.samples)
    of_yesterday = {n: used for n, used in hour.samples.items() if n not in spans[-11:-7]}

    found = memory_view(hour.info, of_yesterday, hour.now)

    assert found is not None
    assert found.daily == pytest.approx(700 * KB)
    today = memory_view(hour.info, {n: hour.samples[n] for n in spans[-6:]}, hour.now)
    assert today is not None
    assert today.state is FillState.UNKNOWN


def test_a_store_without_a_limit_says_so() -> None:
    """It grows, and nobody knows when it is full."""
    found = last(hours(_linear(10 * MB, 300 * KB), 10, maxmemory=0, jitter=0))

    assert found.state is FillState.NO_LIMIT
    assert (found.limit, found.left, found.full_days) == (None, None, None)
    assert found.daily == pytest.approx(300 * KB)


def test_a_store_that_is_full_is_so_now() -> None:
    """Where webhooks are refused no forecast is needed."""
    found = last(hours(_linear(USABLE + 1, 0), 0))

    assert (found.state, found.full_days) == (FillState.FULL, 0.0)
    assert is_full_soon(found)


@pytest.mark.parametrize(
    ("base", "daily", "days"),
    [(0, 10.0, 9.0), (0, 0.0, None), (0, -1.0, None), (100, 10.0, 0.0), (90, 10.0, 0.0)],
)
def test_days_until_full(base: int, daily: float, days: float | None) -> None:
    """The base is a day old; what is over is full now, what does not grow never."""
    assert days_until_full(Growth(base, daily), 100) == days


def test_samples_to_come_are_left_out() -> None:
    """A clock that was wrong for a while does not count."""
    even = {BEGIN - number * SPAN: 10 * MB for number in range(20)}
    wrong = {BEGIN + timedelta(days=1): 1}

    found = growth(even | wrong, BEGIN)

    assert found == Growth(10 * MB, 0.0)

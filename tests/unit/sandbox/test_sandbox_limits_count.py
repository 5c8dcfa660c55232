from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.calls.limits import Limit, RateLimits
from sandbox.clock import Clock, ManualClock


START = datetime(2025, 1, 1, tzinfo=UTC)


@given(
    waits=st.lists(st.integers(0, 900), max_size=60),
    per_window=st.integers(1, 5),
    window=st.sampled_from([0.5, 1.0, 2.0]),
)
def test_no_window_lets_more_than_the_limit_through(
    waits: list[int], per_window: int, window: float
) -> None:
    """Whenever calls arrive, no window of that length holds more that passed than allowed."""
    clock = ManualClock(START)
    limits = RateLimits(clock)
    limits.put(Limit(per_window=per_window, window_seconds=window))
    passed: list[float] = []
    elapsed = 0
    for wait in waits:
        clock.advance(wait / 1000)
        elapsed += wait
        verdict = limits.take()
        assert verdict is not None
        if not verdict.refused:
            passed.append(elapsed)
    for first in passed:
        assert sum(first <= each < first + window * 1000 for each in passed) <= per_window
    shown = limits.as_json()
    assert (shown["requests"], shown["over"]) == (len(waits), len(waits) - len(passed))


def test_waiting_as_asked_is_enough() -> None:
    """After Retry-After seconds the next call passes."""
    clock = ManualClock(START)
    limits = RateLimits(clock)
    limits.put(Limit(per_window=1, window_seconds=7.25))
    for _ in range(50):
        first, refused = limits.take(), limits.take()
        assert first is not None
        assert refused is not None
        assert (first.refused, refused.refused) == (False, True)
        assert int(refused.headers["X-Rate-Limit-Retry"]) >= clock.time() + 7.2
        clock.advance(int(refused.headers["Retry-After"]))


def test_time_never_runs_back() -> None:
    """A clock refuses to be set back, and keeps the set time until it is reset."""
    clock = Clock()
    clock.advance(60)
    assert clock.is_set
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
    clock.reset()
    assert not clock.is_set
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 5


def test_waiting_on_a_manual_clock_is_advancing_it() -> None:
    """Sleeping takes no time of the machine."""
    clock = ManualClock(START)
    clock.sleep(3600)
    assert (clock.now() - START).total_seconds() == 3600

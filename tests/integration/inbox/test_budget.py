from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inbox.breaker import RESERVATION_MS, WINDOW_MARGIN_MS, Admitted, Breaker, BreakerOpen
from inbox.model.rate import Rate
from tests.engine import KEYS
from tests.integration.inbox.later import Later


RATE = Rate(10, 60)
WINDOW = RATE.seconds + WINDOW_MARGIN_MS / 1000
BUDGET = KEYS.budget + "perks"


@pytest.fixture
def gate(store: Any) -> Breaker:
    """A gate with a budget of ten calls a minute."""
    return Breaker(store, "perks", RATE)


@pytest.fixture
def later(store: Any) -> Later:
    """Lets time pass."""
    return Later(store)


def wait_of(answer: object) -> float:
    """Return the wait for the budget that was reported."""
    assert isinstance(answer, BreakerOpen)
    assert answer.reason == "budget"
    return answer.wait_seconds


def test_many_threads_share_one_budget(store: Any) -> None:
    """Of four hundred callers at once no more calls are let through than there are."""
    gates = [Breaker(store, "perks", Rate(100, 3600)) for _ in range(4)]

    def work(number: int) -> int:
        gate, caller = gates[number % 4], f"c{number}"
        if isinstance(gate.enter(caller, 8), BreakerOpen):
            return 0
        # More than was reserved, or fewer.
        made = sum(gate.use(caller, call) == 0 for call in range(1, 3 + number % 9))
        gate.end_run(caller, made, 8)
        return made

    with ThreadPoolExecutor(8) as pool:
        made = sum(pool.map(work, range(400)))

    assert 0 < made <= 100
    assert store.zcard(BUDGET) == made
    # What one had reserved while others were turned away is free again, and no more than that.
    assert isinstance(gates[0].enter("last", 100 - made), Admitted)
    assert isinstance(gates[1].enter("one more", 1), BreakerOpen)


def test_reserved_calls_are_kept_for_their_caller(gate: Breaker) -> None:
    """What one has reserved another cannot take, and what is given back it can."""
    assert isinstance(gate.enter("one", 8), Admitted)
    assert isinstance(gate.enter("two", 3), BreakerOpen)
    assert isinstance(gate.enter("two", 2), Admitted)
    assert gate.use("two", 3) > 0

    assert [gate.use("one", number) for number in (1, 2, 3)] == [0, 0, 0]
    gate.end_run("one", 3, 8)

    assert [gate.use("two", number) for number in (1, 2, 3)] == [0, 0, 0]
    assert isinstance(gate.enter("three", 4), Admitted)
    assert isinstance(gate.enter("four", 1), BreakerOpen)


def test_asking_twice_reserves_once(gate: Breaker) -> None:
    """A caller whose first answer was lost on the way has its calls and no more."""
    gate.enter("one", 8)
    gate.end_run("one", 0, 8)
    gate.enter("one", 8)

    assert isinstance(gate.enter("two", 2), Admitted)


def test_calls_of_the_dead_are_free_in_time(gate: Breaker, later: Later) -> None:
    """What a worker reserved and died with is free when a reservation's life is over."""
    gate.enter("dead", 8)
    later(RESERVATION_MS / 1000 + WINDOW - 5)
    assert isinstance(gate.enter("next", 10), BreakerOpen)
    later(5)

    assert isinstance(gate.enter("next", 10), Admitted)


def test_calls_that_the_dead_may_have_made_count_at_a_slow_rate(store: Any, later: Later) -> None:
    """At a rate by the hour, what was reserved counts for an hour after it may have been made."""
    gate = Breaker(store, "perks", Rate(10, 3600))
    gate.enter("dead", 10)
    later(RESERVATION_MS / 1000 + 3600 - 5)
    assert isinstance(gate.enter("next", 1), BreakerOpen)
    later(6)

    assert isinstance(gate.enter("next", 10), Admitted)


def test_a_run_that_ends_counts_what_it_made(gate: Breaker, later: Later) -> None:
    """The calls that it made count for a window from its end on, the others are free at once."""
    gate.enter("one", 8)
    later(30)
    gate.end_run("one", 3, 8)

    assert isinstance(gate.enter("two", 8), BreakerOpen)
    assert isinstance(gate.enter("two", 7), Admitted)
    gate.end_run("two", 0, 7)
    later(WINDOW - 5)
    assert isinstance(gate.enter("three", 8), BreakerOpen)
    later(5)
    assert isinstance(gate.enter("three", 10), Admitted)


def test_without_a_rate_no_one_waits(store: Any) -> None:
    """Neither who can nor who cannot, and nothing is written."""
    gate = Breaker(store, "perks")

    assert {gate.use_spare("c", 1), gate.use("c", 1)} == {0.0}
    gate.end_run("c", 1, 8)
    assert store.dbsize() == 0


def test_a_call_made_late_counts_for_its_whole_window(gate: Breaker, later: Later) -> None:
    """A job that runs longer than its reservation lives is not forgotten with it."""
    gate.enter("slow", 8)
    later(RESERVATION_MS / 1000 + WINDOW + 30)
    assert gate.use("slow", 1) == 0
    later(RATE.seconds - 5)

    assert isinstance(gate.enter("next", 10), BreakerOpen)
    later(7)
    assert isinstance(gate.enter("next", 10), Admitted)


@pytest.mark.parametrize("calls", range(1, 11))
def test_the_wait_is_as_long_as_it_must_be(gate: Breaker, later: Later, calls: int) -> None:
    """A little before its end too few calls are free, and at its end there are enough."""
    made = []
    for number in range(1, 11):
        began = later.now()
        assert gate.use("before", number) == 0
        made.append((began, later.now()))
        later(4)

    asked = later.now()
    wait = wait_of(gate.enter("c", calls))
    earliest, latest = made[calls - 1]

    assert earliest + WINDOW - later.now() - 0.001 <= wait <= latest + WINDOW - asked + 0.001
    later(wait - 10)
    assert wait_of(gate.enter("c", calls)) <= 10
    later(10)
    assert isinstance(gate.enter("c", calls), Admitted)


def test_the_wait_of_a_call_beyond_the_reserved_is_right(gate: Breaker, later: Later) -> None:
    """A call in mid-job that finds nothing left learns when the oldest one is forgotten."""
    gate.use("before", 1)
    later(20)
    gate.enter("c", 9)
    wait = gate.use("c", 10)

    assert WINDOW - 35 < wait <= WINDOW - 20
    later(wait)
    assert gate.use("c", 10) == 0


def test_a_lowered_rate_is_waited_for(store: Any, gate: Breaker, later: Later) -> None:
    """Workers that start with half the rate wait until calls of the old one have made room."""
    for number in range(1, 11):
        gate.use("before", number)
        later(4)
    lower = Breaker(store, "perks", Rate(5, 60))

    reported = (lower.use("c", 1), wait_of(lower.enter("c", 1)))

    for wait in reported:
        # The sixth of the ten calls, 20 s after the first, is the one that must be forgotten.
        assert WINDOW - 23.9 < wait <= WINDOW - 20
    later(reported[1])
    assert lower.use("c", 1) == 0


def test_a_budget_smaller_than_a_reservation_is_reserved_whole(store: Any, later: Later) -> None:
    """At a rate below eight one caller has the whole budget, and the next one waits for all."""
    gate = Breaker(store, "perks", Rate(5, 60))
    assert isinstance(gate.enter("one", 8), Admitted)
    assert [gate.use("one", number) for number in range(1, 6)] == [0.0] * 5
    assert WINDOW - 5 < gate.use("one", 6) <= WINDOW
    gate.end_run("one", 6, 8)

    later(wait_of(gate.enter("two", 8)))

    assert isinstance(gate.enter("two", 8), Admitted)


def test_what_is_kept_passes_away(store: Any, gate: Breaker, later: Later) -> None:
    """A budget that no one uses any more leaves nothing in the store."""
    gate.use("one", 1)
    gate.enter("two", 3)
    assert store.zcard(BUDGET) == 4
    later(WINDOW + RESERVATION_MS / 1000 + 1)

    assert store.dbsize() == 0

"""Calls that can wait leave the budget to those that cannot."""

from typing import Any

import pytest

from inbox.breaker import WINDOW_MARGIN_MS, Admitted, Breaker, BreakerOpen
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


@pytest.mark.parametrize(
    ("most", "kept"), [(100, 50), (200, 100), (25, 12), (10, 5), (2, 1), (1, 0)]
)
def test_calls_that_can_wait_leave_some_to_those_that_cannot(
    store: Any, later: Later, most: int, kept: int
) -> None:
    """Half is kept for jobs that cannot wait; the others are for anybody."""
    gate = Breaker(store, "perks", Rate(most, 60))

    waits = [gate.use_spare("c", number) for number in range(most)]

    assert [wait == 0 for wait in waits] == [True] * (most - kept) + [False] * kept
    assert all(0 < wait <= WINDOW for wait in waits[most - kept :])
    assert isinstance(gate.enter("money", kept), Admitted)
    assert isinstance(gate.enter("more", 1), BreakerOpen)
    gate.end_run("money", 0, kept)
    later(2 * WINDOW + 5)
    assert gate.use_spare("again", 1) == 0


def test_spare_calls_wait_for_what_others_have_reserved(store: Any) -> None:
    """A call that can wait is none that a job in its midst may need."""
    gate = Breaker(store, "perks", Rate(24, 60))
    assert isinstance(gate.enter("one", 8), Admitted)
    assert isinstance(gate.enter("two", 8), Admitted)
    assert gate.use_spare("c", 1) > 0

    gate.end_run("two", 3, 8)

    assert gate.use_spare("c", 1) == 0
    assert gate.use_spare("c", 2) > 0


@pytest.mark.parametrize("refused", ["a job", "a call"])
def test_while_a_job_waits_for_the_budget_no_call_is_spare(
    gate: Breaker, later: Later, refused: str
) -> None:
    """Whether it could not begin or was stopped half-way; until it can have come back."""
    gate.enter("one", 8)
    for number in (1, 2):
        assert gate.use("two", number) == 0
    later(40)
    answer = gate.enter("three", 1) if refused == "a job" else gate.use("two", 3)
    wait = answer if isinstance(answer, float) else answer.wait_seconds  # type: ignore[union-attr]
    gate.end_run("one", 0, 8)

    again = gate.use_spare("c", 1)

    assert wait < again <= 2 * wait + 5
    assert isinstance(gate.enter("three", 8), Admitted)
    gate.end_run("three", 0, 8)
    later(again)
    assert gate.use_spare("c", 1) == 0


def test_a_call_that_finds_none_to_spare_keeps_no_other_waiting(
    gate: Breaker, later: Later
) -> None:
    """Marks wait for money, and not for each other."""
    assert [gate.use_spare("c", number) for number in range(5)] == [0.0] * 5
    assert gate.use_spare("c", 6) > 0
    later(WINDOW)

    assert gate.use_spare("d", 1) == 0


def test_a_run_that_reserves_nothing_finds_every_gate_open(gate: Breaker) -> None:
    """With a budget that is used up it keeps none waiting that can wait."""
    gate.enter("one", 10)

    assert isinstance(gate.enter("two", 0), Admitted)

    gate.end_run("one", 0, 10)
    assert gate.use_spare("c", 1) == 0


@pytest.mark.parametrize("rate", [RATE, Rate(6, 60)])
def test_with_the_first_spare_call_what_was_reserved_is_free(store: Any, rate: Rate) -> None:
    """Whether a call is given or not: what was made stays counted, the others are for anybody."""
    gate = Breaker(store, "perks", rate)
    assert isinstance(gate.enter("c", 6), Admitted)

    waits = gate.use_spare("c", 1, used=3, reserved=6) > 0

    assert waits == (rate.count == 6)
    left = rate.count - 3 - (not waits)
    assert store.zcard(BUDGET) == rate.count - left
    assert store.ttl(BUDGET) > 0
    # A job that waits may need all that are left.
    assert isinstance(gate.enter("money", left), Admitted)
    assert isinstance(gate.enter("more", 1), BreakerOpen)


def test_a_spare_call_that_is_asked_for_twice_counts_once(gate: Breaker, store: Any) -> None:
    """The answer to the first question was lost on the way."""
    gate.enter("c", 4)

    answers = [gate.use_spare("c", 1, used=2, reserved=4) for _ in range(2)]

    assert answers == [0.0, 0.0]
    assert store.zcard(BUDGET) == 3

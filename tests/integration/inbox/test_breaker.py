from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inbox.breaker import FAILURES_THAT_SHUT, LONE_TRY_MS, Admitted, Breaker, BreakerOpen
from inbox.model.rate import Rate
from tests.engine import KEYS
from tests.integration.inbox.later import Later


CLEAR = Admitted(in_doubt=False, alone=False)
DOUBT = Admitted(in_doubt=True, alone=False)
ALONE = Admitted(in_doubt=True, alone=True)


@pytest.fixture
def gate(store: Any) -> Breaker:
    """A gate without a budget."""
    return Breaker(store, "perks")


@pytest.fixture
def later(store: Any) -> Later:
    """Lets time pass."""
    return Later(store)


def shut(gate: Breaker) -> None:
    """Fail until the gate is shut."""
    for _ in range(FAILURES_THAT_SHUT):
        gate.failed("c", "down")


def test_a_gate_opens_to_all_while_calls_go_well(gate: Breaker, store: Any) -> None:
    """A circuit breaker without reports is closed, asks for no report and writes nothing."""
    assert [gate.enter(f"c{number}", 8) for number in range(20)] == [CLEAR] * 20
    assert gate.use("c1", 1) == 0
    gate.end_run("c1", 1, 8)
    assert store.dbsize() == 0


def test_five_failures_in_a_row_shut_it(gate: Breaker, later: Later) -> None:
    """The fifth opens it, which is logged once; later callers get the reason and the time left."""
    for _ in range(FAILURES_THAT_SHUT - 1):
        assert gate.failed("c", "down") == (0.0, False)
        assert gate.enter("c", 8) == DOUBT

    assert gate.failed("c", "timeout") == (2.0, True)

    later(-60)  # so long a pause outlives a machine that stands still
    answer = gate.enter("c", 8)
    assert isinstance(answer, BreakerOpen)
    assert answer.reason == "timeout"
    assert 50 < answer.wait_seconds <= 62.0


def test_pauses_grow_and_are_capped(gate: Breaker, later: Later) -> None:
    """Each lone try that fails doubles the pause up to its longest, and alerts no one again."""
    shut(gate)
    reported = []
    for number in range(30):
        later(30)
        assert gate.enter(f"c{number}", 8) == ALONE
        reported.append(gate.failed(f"c{number}", "down"))

    assert reported == [(seconds, False) for seconds in (4.0, 8.0, 16.0, *[30.0] * 27)]


def test_the_pause_lasts_as_long_as_was_asked(gate: Breaker, later: Later) -> None:
    """A little before its end the gate is shut, and a little after it is not."""
    gate.pause("c", "busy", 60)
    later(50)
    assert isinstance(gate.enter("c", 8), BreakerOpen)
    later(10)
    assert gate.enter("c", 8) == ALONE


def test_fifty_failures_at_once_shut_it_once(
    gate: Breaker, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls that were under way when it was shut neither alert again nor lengthen the pause."""
    # The fifty take no longer than that, whatever the machine does.
    monkeypatch.setattr("inbox.breaker.FIRST_PAUSE_MS", 15_000)
    with ThreadPoolExecutor(8) as pool:
        reported = list(pool.map(lambda _: gate.failed("c", "down"), range(50)))

    assert sum(shut_now for _, shut_now in reported) == 1
    assert sum(wait == 0 for wait, _ in reported) == FAILURES_THAT_SHUT - 1
    later(15)
    assert gate.enter("c", 8) == ALONE
    assert gate.failed("c", "down") == (30.0, False)


def test_one_caller_tries_alone(gate: Breaker, later: Later) -> None:
    """Of many that come when the pause is over, one passes; the others come again soon."""
    shut(gate)
    later(2)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: (number, gate.enter(f"c{number}", 8)), range(60)))

    passed = [number for number, answer in answers if answer == ALONE]
    assert len(passed) == 1
    assert [answer for _, answer in answers].count(BreakerOpen(2.0, "down")) == 59
    assert gate.enter(f"c{passed[0]}", 8) == ALONE


def test_a_lone_caller_that_dies_lets_another_try(gate: Breaker, later: Later) -> None:
    """The right to try alone passes on after its time, not before, and not to all."""
    shut(gate)
    later(2)
    assert gate.enter("dead", 8) == ALONE
    later(LONE_TRY_MS / 1000 - 5)
    assert gate.enter("next", 8) == BreakerOpen(2.0, "down")
    later(5)
    assert gate.enter("next", 8) == ALONE
    assert gate.enter("other", 8) == BreakerOpen(2.0, "down")


@pytest.mark.parametrize("begun", ["after the pause", "before it was shut"])
def test_a_call_that_goes_well_resets_all(
    gate: Breaker, later: Later, store: Any, begun: str
) -> None:
    """Then nothing is left in the store, and five failures are needed again."""
    shut(gate)
    if begun == "after the pause":
        later(2)
        gate.enter("c", 8)
    gate.well("c")

    assert store.dbsize() == 0
    assert [gate.enter(f"c{number}", 8) for number in range(3)] == [CLEAR] * 3
    assert [gate.failed("c", "down") for _ in range(5)] == [(0.0, False)] * 4 + [(2.0, True)]


def test_failures_between_calls_that_go_well_shut_nothing(gate: Breaker) -> None:
    """Only failures in a row count."""
    for _ in range(5):
        assert [gate.failed("c", "odd") for _ in range(4)] == [(0.0, False)] * 4
        gate.well("c")

    assert gate.enter("c", 8) == CLEAR


def test_a_lone_caller_that_did_not_call_lets_the_next_try(gate: Breaker, later: Later) -> None:
    """It is neither a failure nor a success: the next one tries, and the pause has not grown."""
    shut(gate)
    later(2)
    for number in range(3):
        assert gate.enter(f"c{number}", 8) == ALONE
        gate.skip(f"c{number}")

    assert gate.enter("last", 8) == ALONE
    assert gate.failed("last", "down") == (4.0, False)


def test_the_longest_pause_wins(gate: Breaker, later: Later) -> None:
    """A longer pause replaces what there is, with its reason; a shorter one changes nothing."""
    assert gate.pause("c", "busy", 10) == (10.0, True)
    assert gate.pause("c", "cycle", 3600) == (3600.0, False)
    wait, again = gate.pause("c", "busy", 5)
    assert not again
    assert 3590 < wait <= 3600
    assert gate.failed("c", "down")[0] > 3590

    answer = gate.enter("c", 8)

    assert isinstance(answer, BreakerOpen)
    assert answer.reason == "cycle"
    assert answer.wait_seconds > 3590
    later(3600)
    assert gate.enter("c", 8) == ALONE


def test_a_pause_that_was_asked_for_outlives_calls_that_end_well(
    gate: Breaker, later: Later
) -> None:
    """A call that began before the pause does not open the gate; one after it does."""
    gate.failed("c", "down")
    gate.pause("c", "voucherify_answered_429", 60)
    gate.well("c")

    assert isinstance(gate.enter("c", 8), BreakerOpen)
    later(60)
    assert gate.enter("c", 8) == ALONE
    gate.well("c")
    assert gate.enter("c", 8) == CLEAR


def test_after_a_pause_failures_let_one_by_one_try(gate: Breaker, later: Later) -> None:
    """What fails after a pause that was asked for needs five failures to be a fault of its own."""
    gate.pause("c", "busy", 1)
    later(1)
    for number in range(4):
        assert gate.enter(f"c{number}", 8) == ALONE
        assert gate.enter("other", 8) == BreakerOpen(2.0, "busy")
        assert gate.failed(f"c{number}", "down") == (0.0, False)

    assert gate.failed("c", "down") == (2.0, False)


def test_gates_know_nothing_of_each_other(store: Any) -> None:
    """A downstream that is shut, and its budget, are nothing to another."""
    perks = Breaker(store, "perks", Rate(8, 60))
    crm = Breaker(store, "crm", Rate(8, 60))
    perks.enter("c", 8)
    shut(perks)

    assert crm.enter("c", 8) == CLEAR
    assert crm.failed("c", "down") == (0.0, False)
    crm.well("c")
    assert isinstance(perks.enter("d", 8), BreakerOpen)


def test_a_lone_caller_without_budget_lets_another_try(store: Any, later: Later) -> None:
    """Who is turned away for the budget does not keep the try that it will not make."""
    gate = Breaker(store, "perks", Rate(8, 60))
    gate.enter("first", 8)
    shut(gate)
    later(2)

    answer = gate.enter("second", 8)

    assert isinstance(answer, BreakerOpen)
    assert answer.reason == "budget"
    gate.end_run("first", 0, 8)
    assert gate.enter("third", 8) == ALONE
    assert gate.enter("fourth", 8) == BreakerOpen(2.0, "down")


def test_times_are_whole_milliseconds(gate: Breaker, store: Any) -> None:
    """Whatever part of a second is asked for, what is stored is a whole number."""
    for seconds in (0.0004, 1 / 3, 1e-9, 86_400.0):
        gate.pause("c", "busy", seconds)
        until = store.hget(KEYS.gate + "perks", "until")
        assert until.isdigit()
        assert len(until) == 13

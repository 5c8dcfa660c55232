"""How jobs go through the breaker, the budget and the rate cap, with the real store."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from inbox.breaker import FAILURES_THAT_SHUT, Admitted, Breaker, BreakerOpen
from inbox.model.rate import Rate
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.worker.house import House
from worker.errors import PermanentError, RetryableError
from worker.run.verdict import Completed, Failed, Waiting


DOWN = RetryableError("down", "it is down", outage=True)
MINUTE = Rate(100, 60)


@pytest.fixture
def gated(house: House, store: StoreClient, monkeypatch: pytest.MonkeyPatch) -> House:
    """A flow whose one handler has a breaker with a budget, and moves money."""
    # No test takes longer than a pause, whatever the machine does.
    monkeypatch.setattr("inbox.breaker.FIRST_PAUSE_MS", 30_000)
    house.move_money(Breaker(store, "acts", MINUTE))
    return house


def _called(house: House, times: int = 1, error: Exception | None = None) -> None:
    """Let the handler make calls and then end."""

    def act() -> str:
        job = house.given[-1][1]
        for _ in range(times):
            job.count_call()
        if error:
            raise error
        return "acted"

    house.act = act


def _due(store: StoreClient, task: str) -> None:
    store.zadd(KEYS.waiting, {task.removesuffix(":1"): 1}, xx=True)


def _tries(house: House, task: str) -> int:
    found = house.desk.job(task.removesuffix(":1"))
    assert found
    return found.tries


def _open(store: StoreClient) -> None:
    """End the breaker's pause."""
    store.hset(KEYS.gate + "acts", "until", 1)


def test_an_outage_is_noticed_once_and_uses_up_no_tries(gated: House, store: StoreClient) -> None:
    """Five failures open the breaker; those that come then wait without a run; one log line."""
    tasks = [gated.handed_on(n=number) for number in range(12)]
    _called(gated, error=DOWN)

    with capture_logs() as logs:
        outcomes = [gated.flow.run(task) for task in tasks]

    assert all(isinstance(each, Waiting) for each in outcomes)
    assert len(gated.given) == FAILURES_THAT_SHUT
    assert [_tries(gated, task) for task in tasks] == [1] * (FAILURES_THAT_SHUT - 1) + [0] * 8
    assert [log["event"] for log in logs].count("downstream.shut") == 1
    assert store.zcard(KEYS.budget + "acts") == FAILURES_THAT_SHUT


def test_the_lone_try_uses_up_a_try_and_the_others_wait(gated: House, store: StoreClient) -> None:
    """After the pause one job calls; if it fails it has used a try, so that poison ends."""
    tasks = [gated.handed_on(n=number) for number in range(7)]
    _called(gated, error=DOWN)
    for task in tasks:
        gated.flow.run(task)
    before = len(gated.given)
    _open(store)
    for task in tasks[5:]:
        _due(store, task)

    lone, other = gated.flow.run(tasks[5]), gated.flow.run(tasks[6])

    assert isinstance(lone, Waiting)
    assert isinstance(other, Waiting)
    assert len(gated.given) == before + 1
    assert (_tries(gated, tasks[5]), _tries(gated, tasks[6])) == (1, 0)


def test_a_job_that_began_before_the_pause_leaves_the_lone_try_alone(
    gated: House, store: StoreClient
) -> None:
    """While one job tries alone, another that fails late does not let a third one try."""
    gate = gated.flow.services.breakers["acts"]

    def act() -> str:
        gated.given[-1][1].count_call()
        for _ in range(FAILURES_THAT_SHUT):
            gate.failed("before", "down")
        _open(store)
        assert gate.enter("lone", 8) == Admitted(in_doubt=True, alone=True)
        raise DOWN

    gated.act = act
    gated.flow.run(gated.handed_on())

    assert store.get(f"{KEYS.gate}acts:try") == b"lone"
    _open(store)
    assert gate.enter("a third", 8) == BreakerOpen(2.0, "down")


def test_a_downstream_that_is_well_again_lets_all_pass(gated: House, store: StoreClient) -> None:
    """After a lone try that went well the next job runs at once."""
    tasks = [gated.handed_on(n=number) for number in range(8)]
    _called(gated, error=DOWN)
    for task in tasks[:6]:
        gated.flow.run(task)
    _open(store)
    _called(gated)

    assert gated.flow.run(tasks[6]) == Completed("acted")
    assert gated.flow.run(tasks[7]) == Completed("acted")
    assert not store.exists(KEYS.gate + "acts")


def test_a_pause_that_was_asked_for_holds_all_jobs_and_is_logged_once(
    gated: House, store: StoreClient
) -> None:
    """Spent limits or bad keys fail no job, however often they are met."""
    tasks = [gated.handed_on(n=number) for number in range(20)]
    _called(gated, error=RetryableError("answered_401", "keys", pause_seconds=300))

    with capture_logs() as logs:
        for _ in range(20):
            for task in tasks:
                gated.flow.run(task)
                _due(store, task)
            _open(store)

    assert {_tries(gated, task) for task in tasks} == {0}
    assert [log["event"] for log in logs].count("downstream.shut") == 1
    assert len(gated.given) == 20
    (waiting,) = [gated.desk.job(tasks[0].removesuffix(":1"))]
    assert waiting
    assert (waiting.state, waiting.reason) == ("waiting", "answered_401")


def test_calls_that_were_not_made_are_free_again(gated: House, store: StoreClient) -> None:
    """A job that made three of its eight calls leaves three in the budget, a failed one too."""
    _called(gated, times=3)
    gated.flow.run(gated.handed_on(n=1))
    assert store.zcard(KEYS.budget + "acts") == 3

    _called(gated, times=2, error=PermanentError("no", "no"))
    assert isinstance(gated.flow.run(gated.handed_on(n=2)), Failed)
    assert store.zcard(KEYS.budget + "acts") == 5


def test_a_job_that_finds_no_budget_is_not_begun(house: House, store: StoreClient) -> None:
    """With 10 calls a minute and 8 for a job, the second waits and has used no try."""
    house.move_money(Breaker(store, "acts", Rate(10, 60)))
    _called(house, times=8)
    first, second = house.handed_on(n=1), house.handed_on(n=2)

    assert house.flow.run(first) == Completed("acted")
    outcome = house.flow.run(second)

    assert isinstance(outcome, Waiting)
    assert outcome.verdict.reason == "acts_budget"
    assert 0 < (outcome.verdict.delay_seconds or 0) <= 61 * 1.25 + 1
    assert len(house.given) == 1
    assert _tries(house, second) == 0


def test_jobs_that_need_more_than_they_reserve_come_to_an_end(
    house: House, store: StoreClient
) -> None:
    """Of many jobs of 14 calls under 100 a minute, all are done; none used up a try for it."""
    house.move_money(Breaker(store, "acts", MINUTE))
    tasks = [house.handed_on(n=number) for number in range(24)]
    _called(house, times=14)
    left, minutes = set(tasks), 0
    while left:
        minutes += 1
        assert minutes < 20, "a livelock"
        _interleaved(house, left)
        # A minute passes.
        store.delete(KEYS.budget + "acts")
        for task in left:
            assert _tries(house, task) == 0
            _due(store, task)

    assert house.flow.wanted == {}


def _interleaved(house: House, left: set[str]) -> None:
    """Let all jobs of a minute be under way before any of them makes its ninth call."""
    begun: list[Any] = []

    def act() -> str:
        job = house.given[-1][1]
        for _ in range(8):
            job.count_call()
        begun.append(job)
        waiting = sorted(left - {f"{each.id}:1" for each in begun} - tried)
        if waiting:
            tried.add(waiting[0])
            if isinstance(house.flow.run(waiting[0]), Completed):
                left.discard(waiting[0])
        for _ in range(6):
            job.count_call()
        return "acted"

    tried: set[str] = set()
    house.act = act
    first = min(left)
    tried.add(first)
    if isinstance(house.flow.run(first), Completed):
        left.discard(first)


def test_a_job_that_needs_more_than_there_is_comes_to_an_end(
    house: House, store: StoreClient
) -> None:
    """More calls than a whole window allows: at last it uses up its tries and fails."""
    house.move_money(Breaker(store, "acts", Rate(20, 60)))
    _called(house, times=30)
    task = house.handed_on()
    outcome: Any = None

    for _ in range(3 + 15):
        outcome = house.flow.run(task)
        store.delete(KEYS.budget + "acts")
        _due(store, task)

    assert isinstance(outcome, Failed)
    assert outcome.verdict.reason == "acts_budget"

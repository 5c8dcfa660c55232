"""What happens to jobs when their worker stops, with the real store."""

from dataclasses import replace

import pytest

from inbox.breaker import Breaker
from inbox.model.job import Claim
from inbox.model.rate import Rate
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.worker.house import House
from worker.run.stopping import GRACE_SECONDS, REASON, Stopping
from worker.run.verdict import Completed, NotBegun, Waiting


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(house: House) -> Clock:
    """The clock of the flow's stop."""
    clock = Clock()
    house.flow = replace(house.flow, stopping=Stopping(clock))
    return clock


def _state(house: House, task: str) -> tuple[str, str | None, int]:
    found = house.desk.job(task.removesuffix(":1"))
    assert found
    return found.state, found.reason, found.tries


def test_no_job_is_begun_any_more(house: House, clock: Clock) -> None:
    """Its message goes back, and the job is still queued for another worker."""
    assert clock.now
    task = house.handed_on()
    house.flow.stopping.begin()

    assert house.flow.run(task) == NotBegun()

    assert house.given == []
    assert _state(house, task) == ("queued", None, 0)


def test_a_job_that_ends_by_itself_is_done(house: House, clock: Clock) -> None:
    """Within the first seconds jobs make their calls as ever."""
    task = house.handed_on()

    def act() -> str:
        house.flow.stopping.begin()
        clock.now += GRACE_SECONDS - 1
        house.given[-1][1].count_call()
        return "acted"

    house.act = act

    assert house.flow.run(task) == Completed("acted")


@pytest.mark.parametrize("gated", [False, True])
def test_a_job_goes_back_at_its_next_call(
    house: House, clock: Clock, store: StoreClient, gated: bool
) -> None:
    """It is due at once with all its tries; the call is not made, nor counted, nor reserved."""
    if gated:
        house.use(breakers={"acts": Breaker(store, "acts", Rate(100, 60))})
    task = house.handed_on()
    made = []

    def act() -> str:
        job = house.given[-1][1]
        job.count_call()
        made.append(1)
        house.flow.stopping.begin()
        clock.now += GRACE_SECONDS
        job.count_call()
        made.append(2)
        return "acted"

    house.act = act

    outcome = house.flow.run(task)

    assert isinstance(outcome, Waiting)
    assert outcome.verdict.reason == REASON
    assert made == [1]
    assert _state(house, task) == ("waiting", REASON, 0)
    assert store.zcard(KEYS.budget + "acts") == (1 if gated else 0)
    assert house.flow.running == {}
    other = replace(house.flow, stopping=Stopping())
    house.act = lambda: "acted"
    assert other.run(task) == Completed("acted")


def test_a_job_that_was_claimed_before_goes_back_before_it_begins(
    house: House, clock: Clock, store: StoreClient
) -> None:
    """The stop is met after the claim as well: the handler is not called and nothing reserved."""
    breakers = {"acts": Breaker(store, "acts", Rate(100, 60))}
    task = house.handed_on()

    class LateStop(Stopping):
        begun = False

    late = LateStop(clock)
    late.begin()
    clock.now += GRACE_SECONDS
    flow = replace(
        house.flow, stopping=late, services=replace(house.flow.services, breakers=breakers)
    )

    assert isinstance(flow.run(task), Waiting)

    assert house.given == []
    assert _state(house, task) == ("waiting", REASON, 0)
    assert store.zcard(KEYS.budget + "acts") == 0


def test_what_hangs_is_given_back_and_cannot_complete(house: House, store: StoreClient) -> None:
    """The job is another worker's from then on; the run that hung has lost its lease."""
    task = house.handed_on()
    claims: list[Claim] = []

    def act() -> str:
        claims.extend(house.flow.running.values())
        assert house.flow.give_back() == 1
        assert _state(house, task) == ("waiting", REASON, 0)
        assert isinstance(house.flow.jobs.claim(task), Claim)
        return "acted too late"

    house.act = act

    outcome = house.flow.run(task)

    assert isinstance(outcome, Completed)
    assert outcome.outcome.startswith("not completed: the lease was lost")
    assert [claim.task for claim in claims] == [task]
    assert house.flow.running == {}
    assert _state(house, task)[0] == "running"
    assert store.zcard(KEYS.running) == 1


@pytest.mark.parametrize("error", [None, ZeroDivisionError("x"), SystemExit()])
def test_what_has_ended_is_not_given_back(house: House, error: BaseException | None) -> None:
    """However a run ends, it is no longer among those that run."""
    if error:
        house.raising(error)
    task = house.handed_on()

    try:
        house.flow.run(task)
    except SystemExit:
        assert error

    assert house.flow.running == {}
    assert house.flow.give_back() == 0

"""What a worker answers when it is asked what a job would do; nothing is done by it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from inbox.breaker import FAILURES_THAT_SHUT, Admitted, Breaker
from inbox.model.rate import Rate
from inbox.plans import PlanPreview, Plans, Request
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.inbox.consistency import snapshot
from tests.integration.worker.house import House
from tests.samples import PERSONAL, assignment_deleted, body
from worker.errors import NeedsPersonError, RetryableError
from worker.handlers import HandlerTable
from worker.handlers.registry import Registration
from worker.job import Job
from worker.run.plan import PlanMaker
from worker.services import Services


REMOVAL = body(assignment_deleted())
DELIVERY = "0" * 32


class Asked:
    """A worker's planning with one handler that makes calls, or fails, as a test wants."""

    def __init__(self, house: House, store: StoreClient) -> None:
        self.house = house
        self.gate = Breaker(store, "acts", Rate(10, 60))
        self.act: Callable[[Job], PlanPreview] = lambda _: PlanPreview(reason="read")
        (handler,) = house.flow.table.by_name.values()
        table = HandlerTable({"act": replace(handler, plan=self._plan), "write": _WRITES})
        self.planning = PlanMaker(
            table=table,
            services=replace(house.flow.services, breakers={"acts": self.gate}, usual_calls=4),
            chance=lambda: 0.5,
            stopping=house.flow.stopping,
        )

    def _plan(self, _event: Any, _services: Services, job: Job) -> PlanPreview:
        return self.act(job)

    def make(
        self, name: str = "act", given: bytes | None = REMOVAL, number: str = "1"
    ) -> PlanPreview:
        """Ask for the plan of a job."""
        return self.planning.make(Request(f"{DELIVERY}:{name}", number, 1_000_000, given))

    def calling(self, calls: int, error: Exception | None = None) -> None:
        """Let the plan make calls and then fail."""

        def act(job: Job) -> PlanPreview:
            for _ in range(calls):
                job.count_call()
            if error:
                raise error
            return PlanPreview(reason="read")

        self.act = act


def _write(_event: Any, _services: Services, _job: Job) -> str:
    """Write a letter."""
    raise AssertionError("a plan runs no handler")


_WRITES = Registration("write", "writes", ("customer.holder.assignment.deleted",), _write)


@pytest.fixture
def asked(house: House, store: StoreClient) -> Asked:
    """A worker's planning."""
    return Asked(house, store)


def test_a_plan_runs_no_handler(asked: Asked) -> None:
    """A handler with a plan shows it; another shows its first line."""
    assert asked.make() == PlanPreview(reason="read")
    assert asked.make("write").steps == ("Write a letter.",)
    assert asked.house.given == []


def test_the_first_job_shows_the_handlers(asked: Asked) -> None:
    """Or what is wrong with the body, in words that hold nothing of it."""
    assert asked.make("process").steps == ("hand it to act, write",)
    broken = asked.make("process", f"{{{PERSONAL[0]}".encode())
    assert not broken.possible
    assert broken.reason.startswith("a run would fail: ")
    assert PERSONAL[0] not in broken.reason


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NeedsPersonError("several additions"), "a run would fail: several additions"),
        (RetryableError("slow", "it is slow"), "a run would be tried again later: it is slow"),
    ],
)
def test_why_there_is_no_plan_is_said(asked: Asked, error: Exception, sentence: str) -> None:
    """In the sentence that the job would fail with."""
    asked.calling(1, error)

    assert asked.make() == PlanPreview(reason=sentence, possible=False)


def test_an_unexpected_error_is_shown_without_its_message(asked: Asked) -> None:
    """Whatever it holds."""
    asked.calling(0, RuntimeError(PERSONAL[0]))

    made = asked.make()

    assert made.reason.startswith("an unexpected error: RuntimeError at test_plan.py")
    assert PERSONAL[0] not in made.reason


def test_a_store_that_is_away_is_no_error_of_the_code(asked: Asked) -> None:
    """The operator who asks gets the answer, and no log."""
    asked.calling(0, RedisConnectionError(PERSONAL[0]))

    with capture_logs() as logs:
        made = asked.make()

    assert made.reason.startswith("not now: redis.exceptions.ConnectionError")
    assert PERSONAL[0] not in made.reason
    assert logs == []


def test_a_job_that_changed_or_has_no_code_has_no_plan(asked: Asked) -> None:
    """It is said in words."""
    assert asked.make(given=None).reason == "the job has changed since this was asked"
    assert "no handler is called gone" in asked.make("gone").reason


def test_nothing_is_asked_of_a_downstream_that_is_shut(asked: Asked) -> None:
    """The plan says so, and when it may be asked again; one without a call is made."""

    def act(job: Job) -> PlanPreview:
        job.count_call()
        pytest.fail("the downstream was called")

    asked.gate.pause("another", "limit_reached", 30)
    assert asked.make().possible
    asked.act = act
    made = asked.make()

    assert not made.possible
    assert made.reason.startswith(
        "not now: the downstream of acts cannot be called now (limit_reached); again in "
    )


def test_calls_of_plans_count_as_all_others(asked: Asked, store: StoreClient) -> None:
    """Each request's own, whether it is about the same job or not; unused ones are given back."""
    asked.calling(3)
    for number in range(3):
        assert asked.make(number=str(number)).possible
    assert store.zcard(KEYS.budget + "acts") == 9

    assert "acts cannot be called now (budget)" in asked.make(number="4").reason
    assert store.zcard(KEYS.budget + "acts") == 9


def test_a_downstream_that_fails_in_plans_is_shut(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pause is that of all who call it."""
    monkeypatch.setattr("inbox.breaker.FIRST_PAUSE_MS", 30_000)
    asked.calling(1, RetryableError("down", "it is down", outage=True))
    for number in range(FAILURES_THAT_SHUT):
        made = asked.make(number=str(number))

    assert made.reason.startswith("not now: ")
    assert not isinstance(asked.gate.enter("another", 0), Admitted)


def test_a_worker_that_stops_makes_no_plan(asked: Asked) -> None:
    """Neither a new one nor the next call of one that it has begun."""

    def act(job: Job) -> PlanPreview:
        job.count_call()
        asked.house.flow.stopping.begin()
        job.count_call()
        pytest.fail("a call was made")

    asked.act = act
    assert "worker stops" in asked.make().reason
    asked.calling(1)
    assert "worker stops" in asked.make().reason


def test_a_plan_touches_no_job(asked: Asked, house: House, store: StoreClient) -> None:
    """State, tries, lease, lists and messages are what they were."""
    task = house.handed_on()
    house.raising(NeedsPersonError("no"))
    house.flow.run(task)
    job = task.removesuffix(":1")
    plans = Plans(store)
    before = snapshot(store)

    plans.ask(job)
    request = plans.take()
    assert request
    assert asked.planning.make(request).possible

    after = snapshot(store)
    assert after.pop(KEYS.plan + job)
    assert after == before

import json
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from inbox.admin.queries import Admin
from inbox.store.client import StoreClient
from tests.conftest import LEASE_SECONDS
from tests.engine import KEYS
from tests.integration.worker.house import House
from tests.samples import PERSONAL
from worker.errors import PermanentError, RetryableError
from worker.handlers import HandlerTable
from worker.run.flow import DEPLOYMENT_TRIES
from worker.run.verdict import Completed, Failed, Waiting


def test_a_removal_is_handled_and_completed(house: House) -> None:
    """Process hands on, the handler gets event and job, and then the body is gone."""
    before = monotonic()
    task = house.handed_on(holder_id="rh_1")

    assert house.flow.run(task) == Completed("acted")

    ((event, job),) = house.given
    assert (event.holder.id, job.id) == ("rh_1", task.removesuffix(":1"))
    assert before + 0.8 * LEASE_SECONDS <= job.deadline <= monotonic() + 0.8 * LEASE_SECONDS
    found = house.desk.delivery(job.delivery)
    assert found
    assert found.completed
    assert found.body_bytes is None
    assert found.ended == {"process": "handed to act", "act": "acted"}
    assert found.facts["holder"] == "rh_1"


def test_a_message_that_comes_twice_runs_nothing_twice(house: House) -> None:
    """The second message of a job that is over, or of one that never was, runs nothing."""
    task = house.handed_on()
    house.flow.run(task)

    assert house.flow.run(task) == Completed("not run: gone")
    assert house.flow.run("nonsense") == Completed("not run: unknown")
    assert len(house.given) == 1


def test_another_body_about_the_same_assignment_has_no_jobs(house: House) -> None:
    """A webhook that was sent anew in other bytes is completed without a handler's job."""
    first = house.accept(event_id="evcus_1")
    second = house.accept(event_id="evcus_2")
    house.flow.run(f"{first}:process:1")

    assert house.flow.run(f"{second}:process:1") == Completed(
        f"same assignment as delivery {first}"
    )
    assert house.flow.run(f"{second}:act:1") == Completed("not run: gone")


def test_tries_are_used_up_and_an_operator_starts_them_anew(
    house: House, store: StoreClient
) -> None:
    """A schedule of two waits is three runs, then failed; retried, all waits are there again."""
    task = house.handed_on()
    house.raising(RetryableError("slow", "it is slow"))
    waits = []

    for _ in range(2):
        outcome = house.flow.run(task)
        assert isinstance(outcome, Waiting)
        waits.append(outcome.verdict.delay_seconds)
        store.zadd(KEYS.waiting, {task.removesuffix(":1"): 1}, xx=True)

    assert waits == [60, 600]
    assert isinstance(house.flow.run(task), Failed)
    (failed,) = house.desk.failed()
    assert (failed.reason, failed.error, failed.tries) == ("slow", "it is slow", 3)
    assert house.desk.retry(failed.job, who="ops") == "queued"
    house.act = lambda: "acted at last"
    assert house.flow.run(f"{failed.job}:2") == Completed("acted at last")


def test_a_wait_that_was_asked_for_is_kept(house: House, desk: Admin) -> None:
    """The next try is at least as far away as the downstream asked, and little further."""
    task = house.handed_on()
    house.raising(RetryableError("busy", "busy", retry_after_seconds=5000))

    house.flow.run(task)

    found = desk.job(task.removesuffix(":1"))
    assert found
    assert found.next_try
    assert found.since
    assert 5000 <= (found.next_try - found.since).total_seconds() <= 6000


def test_a_permanent_error_fails_at_once(house: House) -> None:
    """A job that no wait can fix fails with its reason."""
    task = house.handed_on()
    house.raising(PermanentError("gone", "the card is gone"))

    outcome = house.flow.run(task)

    assert isinstance(outcome, Failed)
    assert [each.reason for each in house.desk.failed()] == ["gone"]


def test_an_unexpected_error_waits_and_shows_no_data(house: House) -> None:
    """A foreign error's message stands neither in the inbox nor in the log."""
    task = house.handed_on()
    house.raising(KeyError(" ".join(PERSONAL)))

    with capture_logs() as logs:
        outcome = house.flow.run(task)

    assert isinstance(outcome, Waiting)
    found = house.desk.job(task.removesuffix(":1"))
    assert found
    assert found.reason == "unexpected:KeyError"
    stored = json.dumps([found.error, [run.error for run in found.runs]])
    assert not any(text in stored for text in PERSONAL)
    assert [log["event"] for log in logs][:1] == ["job.unexpected_error"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_what_ends_a_process_leaves_the_job_to_its_lease(
    house: House, error: BaseException
) -> None:
    """An exit out of a handler is no result: the job stays running until its lease is over."""
    task = house.handed_on()
    house.raising(error)

    with pytest.raises(type(error)):
        house.flow.run(task)

    found = house.desk.job(task.removesuffix(":1"))
    assert found
    assert found.state == "running"
    assert structlog.contextvars.get_contextvars() == {}


def test_a_job_whose_lease_was_lost_completes_nothing(house: House, store: StoreClient) -> None:
    """A run that froze past its lease leaves the ending to the run that came after it."""
    task = house.handed_on()
    job = task.removesuffix(":1")

    def overtaken() -> str:
        store.zadd(KEYS.running, {job: 1}, xx=True)
        house.jobs.reap("other", ("acts",), 10)
        return "acted"

    house.act = overtaken

    assert house.flow.run(task) == Completed(
        "not completed: the lease was lost, another run completes it"
    )
    found = house.desk.job(job)
    assert found
    assert found.state == "queued"


@pytest.mark.parametrize("error", [RetryableError("a", "b"), PermanentError("a", "b")])
def test_a_failure_after_the_lease_was_lost_sets_nothing_aside(
    house: House, store: StoreClient, error: Exception
) -> None:
    """The late failure of an overtaken run changes nothing either."""
    task = house.handed_on()
    job = task.removesuffix(":1")

    def overtaken() -> str:
        store.zadd(KEYS.running, {job: 1}, xx=True)
        house.jobs.reap("other", ("acts",), 10)
        raise error

    house.act = overtaken

    assert isinstance(house.flow.run(task), Completed)
    found = house.desk.job(job)
    assert found
    assert found.state == "queued"


def test_a_handler_that_is_no_more_sets_its_jobs_aside(house: House) -> None:
    """It is tried as long as a deployment may be under way, and is then failed and not lost."""
    task = house.handed_on()
    job = task.rpartition(":")[0]
    flow = replace(house.flow, table=HandlerTable({}), schedule=(0.0,) * 10)

    for _ in range(DEPLOYMENT_TRIES - 1):
        assert isinstance(flow.run(task), Waiting)
        assert not list(house.desk.failed())
    flow.run(task)

    (failed,) = house.desk.failed()
    assert failed.job == job
    assert failed.reason == "no_handler"
    assert failed.error == "no handler is called act, here or in HANDLERS"


def test_nothing_of_one_job_is_logged_with_the_next(house: House) -> None:
    """What is bound to the log during a job is gone after it, however it ended."""
    bound: list[dict[str, Any]] = []

    def act() -> str:
        bound.append(dict(structlog.contextvars.get_contextvars()))
        raise ZeroDivisionError

    house.act = act
    for number in (1, 2):
        task = house.handed_on(n=number)
        house.flow.run(task)
        assert structlog.contextvars.get_contextvars() == {}

    assert [each["task"].rsplit(":", 2)[1:] for each in bound] == [["act", "1"]] * 2
    assert bound[0]["delivery"] != bound[1]["delivery"]


def test_an_unexpected_error_leaves_its_places(house: House, store: StoreClient) -> None:
    """Each run keeps where it was, whether it is tried again or not; no word of the message."""
    task = house.handed_on()
    house.raising(RuntimeError(PERSONAL[0]))

    for _ in range(3):
        house.flow.run(task)
        store.zadd(KEYS.waiting, {task.removesuffix(":1"): 1}, xx=True)

    (job,) = house.desk.failed()
    assert len(job.runs) == 3
    for run in job.runs:
        *frames, kind = run.trace.splitlines()
        assert frames[0].startswith("worker/run/flow.py:")
        assert frames[-1].endswith(" in act")
        assert kind == "RuntimeError"
        assert PERSONAL[0] not in run.trace


def test_an_expected_error_has_no_places(house: House) -> None:
    """Its sentence says all; whether it is tried again or not."""
    for error in (RetryableError("slow", "it is slow"), PermanentError("no", "no")):
        task = house.handed_on(holder_id=f"rh_{error.reason}")
        house.raising(error)
        house.flow.run(task)

        found = house.desk.job(task.removesuffix(":1"))
        assert found
        assert [run.trace for run in found.runs] == [""]

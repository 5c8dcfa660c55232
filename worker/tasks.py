from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject, Retry
from redis import RedisError

from inbox.errors import is_outage, unavailable
from inbox.ids import delivery_of, job_id_of, name_of
from inbox.message import TASK_PREFIX
from telemetry.safe_errors import SafeMessageError
from telemetry.traces import following
from worker.outages import OUTAGES
from worker.run.verdict import Ended, Failed, NotBegun, Waiting
from worker.runtime import runtime_of


#: The status of a run in a trace of Sentry; runs that succeed have none here.
_STATUS: dict[type[Ended], str] = {
    Waiting: "unavailable",
    Failed: "internal_error",
    NotBegun: "cancelled",
}


class JobFailedError(SafeMessageError):
    """What Flower shows of a failed job; the inbox has the details."""


class StoreAwayError(SafeMessageError):
    """What Flower shows of a run that an outage of the store ended; the reaper retries it."""


def register_tasks(app: Celery, names: list[str]) -> None:
    """Register one task for each kind of job; each only calls `Flow.run`."""
    for name in names:
        app.task(
            _run,
            name=TASK_PREFIX + name,
            bind=True,
            # Not for every other Celery application of the process.
            shared=False,
            ignore_result=True,
            # A failed job is expected: Celery need not log a traceback.
            throws=(JobFailedError, StoreAwayError),
        )


def _run(task: "Task[Any, Any]") -> str:
    match _ended(task):
        case Waiting(verdict):
            # Makes Celery's events and Flower show RETRY. Nothing is published: the job
            # waits in the inbox, where a restart does not lose it.
            raise Retry(verdict.error)
        case Failed(verdict):
            raise JobFailedError(f"{verdict.reason}: {verdict.error}")
        case NotBegun():
            raise Reject(reason="the worker stops", requeue=True)
        case completed:
            return completed.outcome


def _ended(task: "Task[Any, Any]") -> Ended:
    flow = runtime_of(task.app).flow
    if flow is None:
        # Messages arrive only after all steps of the worker have started.
        raise RuntimeError("the worker has not started")
    request = task.request
    job = job_id_of(request.id) or ""
    try:
        with following(request.get, name_of(job), job=job, delivery=delivery_of(job)) as set_status:
            ended = flow.run(request.id)
            set_status(_STATUS.get(type(ended), "ok"))
            return ended
    except RedisError as error:
        if not is_outage(error):
            raise
        OUTAGES.met(error)
        raise StoreAwayError(unavailable(error).sentence) from None

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
from worker.run.ended import Ended, Failed, NotBegun, Waiting
from worker.runtime import runtime_of


#: How a trace in Sentry says that a run ended; none for what ended well.
_STATUS: dict[type[Ended], str] = {
    Waiting: "unavailable",
    Failed: "internal_error",
    NotBegun: "cancelled",
}


class JobFailedError(SafeMessageError):
    """What Flower shows of a job that is set aside; the inbox holds the whole."""


class StoreAwayError(SafeMessageError):
    """What Flower shows of a run that the store cut short; the sweep sends its job again."""


def register_tasks(app: Celery, names: list[str]) -> None:
    """Register one task for each kind of job. A task only opens the door to `Flow.run`."""
    for name in names:
        app.task(
            _run,
            name=TASK_PREFIX + name,
            bind=True,
            # Not to be given to every other Celery application of the process.
            shared=False,
            ignore_result=True,
            # A job that is set aside is no accident: Celery need not log a traceback.
            throws=(JobFailedError, StoreAwayError),
        )


def _run(task: "Task[Any, Any]") -> str:
    match _ended(task):
        case Waiting(verdict):
            # Makes Celery's events and Flower say RETRY. Nothing is published: the job
            # waits in the inbox, where a restart does not lose it.
            raise Retry(verdict.error)
        case Failed(verdict):
            raise JobFailedError(f"{verdict.reason}: {verdict.error}")
        case NotBegun():
            raise Reject(reason="the worker stops", requeue=True)
        case settled:
            return settled.outcome


def _ended(task: "Task[Any, Any]") -> Ended:
    flow = runtime_of(task.app).flow
    if flow is None:
        # Messages are taken once all steps of the worker have started.
        raise RuntimeError("the worker has not started")
    request = task.request
    job = job_id_of(request.id) or ""
    try:
        with following(request.get, name_of(job), job=job, delivery=delivery_of(job)) as tell:
            ended = flow.run(request.id)
            tell(_STATUS.get(type(ended), "ok"))
            return ended
    except RedisError as error:
        if not is_outage(error):
            raise
        OUTAGES.met(error)
        raise StoreAwayError(unavailable(error).sentence) from None

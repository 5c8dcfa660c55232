from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject, Retry

from inbox.message import TASK_PREFIX
from telemetry.safe_errors import SayableError
from worker.flow import Failed, Flow, NotBegun, Waiting


class JobFailedError(SayableError):
    """What Flower shows of a job that is set aside; the inbox holds the whole."""


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
            throws=(JobFailedError,),
        )


def _run(task: "Task[Any, Any]") -> str:
    flow: Flow = task.app.perkhook_flow
    match flow.run(task.request.id):
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

"""What we keep on the Celery application of a process, in one typed place."""

from dataclasses import dataclass
from typing import Any, Protocol, cast

from worker.broker.bulkhead import Bulkhead
from worker.handlers import HandlerTable
from worker.run.verdict import Ended
from worker.settings.worker import WorkerSettings


class Runs(Protocol):
    """Runs jobs; `worker.run.flow.Flow` does."""

    def run(self, task: str) -> Ended:
        """Run the job of a Celery task if it is still pending."""


@dataclass(slots=True, kw_only=True)
class Runtime:
    """
    What tasks and steps of a worker, and Flower, read from the application.

    Attributes:
        table: the handlers.
        queues: names of the queues that workers serve.
        bulkhead: which of them a worker may take messages from.
        settings: a worker's; None in Flower, which never has its secrets.
        dry_run: handlers whose steps are reported and not taken.
        flow: runs jobs, once the worker has started.
    """

    table: HandlerTable
    queues: tuple[str, ...]
    bulkhead: Bulkhead
    settings: WorkerSettings | None = None
    dry_run: frozenset[str] = frozenset()
    flow: Runs | None = None


def runtime_of(app: Any) -> Runtime:
    """Return the runtime that `worker.app` put on an application."""
    return cast("Runtime", app.perkhook)

from collections.abc import Callable, Sequence

import structlog

from inbox.jobs import Jobs
from worker.periodic.loop import PeriodicTask
from worker.periodic.retention import RetentionRun


log = structlog.get_logger()


class Reaper(PeriodicTask):
    """
    Sends jobs again that are due, abandoned or lost.

    All workers run it, and the store lets one of them reap in each interval, so no single worker
    is needed for it.

    Args:
        jobs: the inbox's jobs.
        caller: names this worker.
        queues: names of the queues that it serves.
        interval_seconds: between two passes of the fleet.
        retention: drops what is kept too long, after each pass.
        after: called after each pass that succeeded.
        present: reports that this worker lives, and whether it has made the pass.
    """

    def __init__(
        self,
        jobs: Jobs,
        caller: str,
        queues: Sequence[str],
        interval_seconds: float,
        retention: RetentionRun,
        *,
        after: Callable[[], None] = lambda: None,
        present: Callable[[bool], None] = lambda _reaped: None,
    ) -> None:
        super().__init__("reaper", interval_seconds)
        self._jobs = jobs
        self._retention = retention
        self._after = after
        self._present = present
        self._caller = caller
        self._queues = queues
        self._interval = interval_seconds
        self._declared = False

    def step(self) -> None:
        """Reap, unless another worker does in this interval."""
        if not self._declared:
            self._jobs.declare(self._queues)
            self._declared = True
        reaped = self._jobs.reap(self._caller, self._queues, self._interval)
        if reaped and any(reaped):
            log.info("reaper.sent_again", **reaped._asdict())
        if reaped is not False:
            # After the reaper: jobs to run come before those to drop.
            self._retention.run()
            self._after()
        # Every worker reports that it lives; a pass counts when it is complete.
        self._present(reaped is not False)

from collections.abc import Callable, Sequence

import structlog

from inbox.jobs import Jobs
from worker.periodic.loop import PeriodicTask
from worker.periodic.retention import RetentionRun


log = structlog.get_logger()


class Reaper(PeriodicTask):
    """
    Sends again what is due, abandoned or lost.

    All workers run it and the store lets one of them sweep in each interval, so it goes on
    whichever of them dies. `swept` is told of each sweep that went well.
    """

    def __init__(
        self,
        jobs: Jobs,
        caller: str,
        queues: Sequence[str],
        interval_seconds: float,
        trimming: RetentionRun,
        *,
        swept: Callable[[], None] = lambda: None,
        present: Callable[[bool], None] = lambda _swept: None,
    ) -> None:
        super().__init__("sweep", interval_seconds)
        self._jobs = jobs
        self._trimming = trimming
        self._swept = swept
        self._present = present
        self._caller = caller
        self._queues = queues
        self._interval = interval_seconds
        self._declared = False

    def step(self) -> None:
        """Sweep, if nobody else does in this interval."""
        if not self._declared:
            self._jobs.declare(self._queues)
            self._declared = True
        swept = self._jobs.reap(self._caller, self._queues, self._interval)
        if swept and any(swept):
            log.info("sweep.sent_again", **swept._asdict())
        if swept is not False:
            # Whoever sweeps in this interval trims in it, and last: what is to run comes first.
            self._trimming.run()
            self._swept()
        # Every worker tells that it lives; a sweep counts when it is at its end.
        self._present(swept is not False)

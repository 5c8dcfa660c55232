import threading
from collections.abc import Sequence

import structlog
from redis import RedisError

from inbox.jobs import Jobs
from telemetry.safe_errors import type_name
from telemetry.sentry import report
from worker.trimming import Trimming


log = structlog.get_logger()


class Sweeper:
    """
    The loop in every worker that sends again what is due, abandoned or lost.

    All workers run it and the store lets one of them sweep in each interval, so it goes on
    whichever of them dies.
    """

    def __init__(
        self,
        jobs: Jobs,
        caller: str,
        queues: Sequence[str],
        interval_seconds: float,
        trimming: Trimming,
    ) -> None:
        self._jobs = jobs
        self._trimming = trimming
        self._caller = caller
        self._queues = queues
        self._interval = interval_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="sweeper", daemon=True)

    def start(self) -> None:
        """Begin sweeping in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, waiting for a sweep that runs."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _loop(self) -> None:
        declared = False
        while True:
            try:
                if not declared:
                    self._jobs.declare(self._queues)
                    declared = True
                self._sweep()
            except RedisError as error:
                log.warning("sweep.store_unavailable", error=type_name(error))
            except Exception as error:
                # A loop that ended in silence would be found out by jobs that never run.
                log.exception("sweep.unexpected_error")
                report(error)
            if self._stopping.wait(self._interval):
                return

    def _sweep(self) -> None:
        swept = self._jobs.sweep(self._caller, self._queues, self._interval)
        if swept and any(swept):
            log.info("sweep.sent_again", **swept._asdict())
        if swept is not False:
            # Whoever sweeps in this interval trims in it, and last: what is to run comes first.
            self._trimming.run()

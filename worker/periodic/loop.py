import threading
from abc import ABC, abstractmethod

import structlog

from inbox.errors import is_outage
from telemetry.report import report
from worker.outages import OUTAGES


log = structlog.get_logger()


class PeriodicTask(ABC):
    """
    A thread in every worker that takes one step after another until it is told to stop.

    No error ends it: a loop that ended in silence would be found out by what is never done.

    Args:
        name: begins the names of its log lines.
        pause_seconds: between two steps.
        away_seconds: instead of that, after a step for which the store was away.
    """

    def __init__(
        self, name: str, pause_seconds: float, *, away_seconds: float | None = None
    ) -> None:
        self._told_unexpected = f"{name}.unexpected_error"
        self._pause = pause_seconds
        self._away = pause_seconds if away_seconds is None else away_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def step(self) -> None:
        """Do what is to be done now."""

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop, so that a long step can end early."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, waiting for a step that is under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            pause = self._pause
            try:
                self.step()
            except Exception as error:
                if is_outage(error):
                    OUTAGES.met(error)
                    pause = self._away
                else:
                    log.exception(self._told_unexpected)
                    report(error)
            else:
                OUTAGES.over()
            if self._stopping.wait(pause):
                return

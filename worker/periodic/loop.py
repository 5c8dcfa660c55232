import threading
from abc import ABC, abstractmethod

import structlog

from inbox.errors import is_outage
from telemetry.report import report
from worker.outages import OUTAGES


log = structlog.get_logger()


class PeriodicTask(ABC):
    """
    A thread in every worker that takes one step after another until it is stopped.

    No error ends it, because nothing would show that its work is no longer done.

    Args:
        name: the prefix of its log events.
        pause_seconds: between two steps.
        away_seconds: the pause after a step that met an unavailable store.
    """

    def __init__(
        self, name: str, pause_seconds: float, *, away_seconds: float | None = None
    ) -> None:
        self._unexpected = f"{name}.unexpected_error"
        self._pause = pause_seconds
        self._away = pause_seconds if away_seconds is None else away_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def step(self) -> None:
        """Do the work that is due."""

    @property
    def stopping(self) -> bool:
        """Whether it must stop, so that a long step can end early."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for a step that is under way."""
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
                    log.exception(self._unexpected)
                    report(error)
            else:
                OUTAGES.over()
            if self._stopping.wait(pause):
                return

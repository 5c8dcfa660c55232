import os
import threading
from collections.abc import Callable, Mapping
from typing import Final
from uuid import uuid4

from inbox.errors import InboxUnavailableError


#: Seconds between two messages to the store; refusals, however many, cost it no more than this.
REPORT_EVERY_SECONDS: Final = 5.0

#: Adds to the fleet's counters: the receiver's name, the message's number, what to add. Raises
#: InboxUnavailableError.
Report = Callable[[str, int, Mapping[str, int]], object]


class Counters:
    """
    What this process counts, and adds to the fleet's counters every few seconds.

    A message without an answer is sent again unchanged, under the same number, until the store
    has added it once; what is counted meanwhile goes with the next.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._name = uuid4().hex
        self._counting, self._reporting = threading.Lock(), threading.Lock()
        self._counts: dict[str, int] = {}
        self._reported: dict[str, int] = {}
        self._number = 0
        self._unanswered: dict[str, int] | None = None

    def count(self, what: str) -> None:
        """Count one."""
        with self._counting:
            self._counts[what] = self._counts.get(what, 0) + 1

    def counts(self) -> dict[str, int]:
        """Return what this process has counted since it started."""
        with self._counting:
            return dict(self._counts)

    def report(self) -> None:
        """
        Add what is new to the fleet's counters.

        Raises:
            InboxUnavailableError: the store did not answer; the next call begins with the same.
        """
        with self._reporting:
            if self._unanswered is not None:
                self._send(self._unanswered)
            new = {
                what: many - self._reported.get(what, 0)
                for what, many in self.counts().items()
                if many > self._reported.get(what, 0)
            }
            if new:
                self._number += 1
                self._unanswered = new
                self._send(new)

    def _send(self, new: dict[str, int]) -> None:
        # A server that forks after loading the application makes several with one name.
        self._report(f"{self._name}:{os.getpid()}", self._number, new)
        self._unanswered = None
        for what, many in new.items():
            self._reported[what] = self._reported.get(what, 0) + many

    def start(self) -> None:
        """Report every few seconds, from a thread that ends with the process."""
        threading.Thread(target=self._run, name="counters", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(REPORT_EVERY_SECONDS):
            self.try_to_report()

    def try_to_report(self) -> None:
        """Report, or leave it to the next time if the store is away."""
        try:
            self.report()
        except InboxUnavailableError:
            return

import os
import threading
from collections.abc import Callable, Mapping
from typing import Final
from uuid import uuid4

from inbox.errors import InboxUnavailableError


#: Seconds between two messages to the store; refusals, however many, cost it no more than this.
TELL_EVERY_SECONDS: Final = 5.0

#: Tells the store: by whom, its number, what was counted. Errors are InboxUnavailableError.
Tell = Callable[[str, int, Mapping[str, int]], object]


class Counters:
    """
    What this process counts, and adds to the fleet's numbers every few seconds.

    A message whose answer did not come is sent again as it was, under the same number, until
    the store has it once; what is counted meanwhile goes with the next.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._name = uuid4().hex
        self._counting, self._telling = threading.Lock(), threading.Lock()
        self._counts: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._number = 0
        self._unanswered: dict[str, int] | None = None

    def count(self, what: str) -> None:
        """Count one."""
        with self._counting:
            self._counts[what] = self._counts.get(what, 0) + 1

    def counts(self) -> dict[str, int]:
        """What this process has counted since it started."""
        with self._counting:
            return dict(self._counts)

    def tell(self) -> None:
        """
        Add what is new to the fleet's numbers.

        Raises:
            InboxUnavailableError: the store did not answer; the next call begins with the same.
        """
        with self._telling:
            if self._unanswered is not None:
                self._send(self._unanswered)
            new = {
                what: many - self._told.get(what, 0)
                for what, many in self.counts().items()
                if many > self._told.get(what, 0)
            }
            if new:
                self._number += 1
                self._unanswered = new
                self._send(new)

    def _send(self, new: dict[str, int]) -> None:
        # A server that forks after it has loaded the application makes several of one name.
        self._tell(f"{self._name}:{os.getpid()}", self._number, new)
        self._unanswered = None
        for what, many in new.items():
            self._told[what] = self._told.get(what, 0) + many

    def start(self) -> None:
        """Tell every few seconds, from a thread that ends with the process."""
        threading.Thread(target=self._run, name="tally", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(TELL_EVERY_SECONDS):
            self.try_to_tell()

    def try_to_tell(self) -> None:
        """The same, but a store that is away is told later."""
        try:
            self.tell()
        except InboxUnavailableError:
            return

"""Whether a machine gave this process its turns, for what must be so within a time."""

import time
from threading import Event, Thread
from typing import Self


class Standstill:
    """Counts the seconds for which this process got no turn: then no one can have been quick."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.longest = 0.0
        self._over = Event()
        self._thread = Thread(target=self._count)

    def _count(self) -> None:
        last = time.monotonic()
        while not self._over.wait(0.05):
            now = time.monotonic()
            lost = max(now - last - 0.1, 0.0)
            self.seconds, self.longest, last = self.seconds + lost, max(self.longest, lost), now

    def __enter__(self) -> Self:
        """Begin to count."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop counting."""
        self._over.set()
        self._thread.join()

import threading
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from inbox.errors import InboxUnavailableError


T = TypeVar("T")

#: Seconds for which a store that did not answer in time is not asked again.
PAUSE_SECONDS = 0.5


class Gate:
    """
    Keeps a store that hangs from hanging the receiver.

    Without it, every thread would wait its full second for a frozen store, and requests
    behind them for several. After one time-out the store is left alone for a moment; then
    one request at a time tries it, while all others are answered at once.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._closed_until: float | None = None
        self._one_tries = threading.Lock()

    def ask(self, question: Callable[[], T]) -> T:
        """
        Ask the store, unless it is known to hang.

        Raises:
            InboxUnavailableError: the store's own reason, or the last one again.
        """
        if self._closed_until is None:
            return self._ask(question)
        if self._clock() < self._closed_until or not self._one_tries.acquire(blocking=False):
            raise InboxUnavailableError("timeout")
        try:
            return self._ask(question)
        finally:
            self._one_tries.release()

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            answer = question()
        except InboxUnavailableError as error:
            # Other reasons come at once and need no protection.
            self._closed_until = (
                self._clock() + PAUSE_SECONDS if error.reason == "timeout" else None
            )
            raise
        self._closed_until = None
        return answer

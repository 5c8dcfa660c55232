import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

from inbox.errors import InboxUnavailableError


T = TypeVar("T")

#: Seconds for which a store that does not answer in time is not asked again.
PAUSE_SECONDS = 0.5

#: Seconds that a request waits for its turn while the store is thought to be well. Together
#: with a store that then needs its full second, the answer still comes within two.
PATIENCE_SECONDS = 0.5

#: A refusal that took longer than this, such as a name that cannot be resolved, blocks
#: threads as a time-out does.
SLOW_SECONDS = 0.25


class StoreGuard:
    """
    Keeps a store that hangs from hanging the receiver.

    Without it, every thread would wait its full second for a frozen store, and requests
    behind them for several. No more ask at once than there are connections, so no thread waits
    for a connection and then for an answer. After one time-out the store is left alone for a
    moment; then one request at a time tries it, while all others are answered at once.

    Args:
        places: how many may ask at once.
        patience: seconds to wait for a place.
        clock: gives seconds.
    """

    def __init__(
        self,
        places: int,
        *,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        # Tokens of a queue in C: a semaphore is Python, and threads that wait fight over it.
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(places):
            self._places.put(None)
        self._patience = patience
        self._clock = clock
        self._closed_until: float | None = None
        self._one_tries = threading.Lock()

    def ask(self, question: Callable[[], T]) -> T:
        """
        Ask the store, unless it is known to hang.

        Raises:
            InboxUnavailableError: the store's own reason, or a time-out if it is not asked.
        """
        # Read once: another thread may change it between two reads.
        closed_until = self._closed_until
        if closed_until is None:
            return self._in_turn(question)
        if self._clock() < closed_until or not self._one_tries.acquire(blocking=False):
            raise InboxUnavailableError("timeout")
        try:
            return self._try(question)
        finally:
            self._one_tries.release()

    def _in_turn(self, question: Callable[[], T]) -> T:
        try:
            self._places.get(timeout=self._patience)
        except Empty:
            self._close()
            raise InboxUnavailableError("timeout") from None
        try:
            # It may have become known while this request waited.
            if self._closed_until is not None:
                raise InboxUnavailableError("timeout")
            return self._ask(question)
        finally:
            self._places.put(None)

    def _try(self, question: Callable[[], T]) -> T:
        try:
            self._places.get_nowait()
        except Empty:
            self._close()
            raise InboxUnavailableError("timeout") from None
        try:
            return self._ask(question)
        finally:
            self._places.put(None)

    def _ask(self, question: Callable[[], T]) -> T:
        began = self._clock()
        try:
            answer = question()
        except InboxUnavailableError as error:
            # Other reasons come at once as a rule, and then need no protection.
            if error.reason == "timeout" or self._clock() - began > SLOW_SECONDS:
                self._close()
            else:
                self._closed_until = None
            raise
        self._closed_until = None
        return answer

    def _close(self) -> None:
        self._closed_until = self._clock() + PAUSE_SECONDS

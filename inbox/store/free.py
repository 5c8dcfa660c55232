from collections import deque
from queue import Full, SimpleQueue
from typing import Any


class Free:
    """
    The free connections of a pool, in place of redis-py's own queue.

    Their own queue is made of Python's conditions; where fifty threads share four connections,
    that was a tenth of all that a worker did. This one waits in C. The one used last is used next,
    so that no more are opened than are needed at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # One token for each connection that is kept: who has a token takes one of them.
        self._tokens: SimpleQueue[None] = SimpleQueue()
        self._kept: deque[Any] = deque()
        #: What redis-py counts for metrics that are not collected here.
        self.queue: list[Any] = []

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take the one that was used last; raises queue.Empty after the time."""
        self._tokens.get(block, timeout)
        return self._kept.pop()

    def put_nowait(self, connection: Any) -> None:
        """Put one back; raises queue.Full if all are there."""
        if self.full():
            raise Full
        self._kept.append(connection)
        self._tokens.put(None)

    put = put_nowait

    def full(self) -> bool:
        """Return whether all are free."""
        return len(self._kept) >= self._most

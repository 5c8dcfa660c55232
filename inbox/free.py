from queue import Full, SimpleQueue
from typing import Any


class Free:
    """
    Connections of a pool that nobody uses, for redis-py's pools to keep them in.

    Their own queue is made of Python's conditions; where fifty threads share four connections,
    that was a tenth of all that a worker did. This one waits in C.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: SimpleQueue[Any] = SimpleQueue()
        #: What redis-py counts for metrics that nobody collects here.
        self.queue: list[Any] = []

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take the one that was unused for longest; raises queue.Empty after the time."""
        return self._kept.get(block, timeout)

    def put_nowait(self, connection: Any) -> None:
        """Put one back; raises queue.Full if all are there."""
        if self.full():
            raise Full
        self._kept.put(connection)

    put = put_nowait

    def full(self) -> bool:
        """Tell whether nobody uses any."""
        return self._kept.qsize() >= self._most

"""
Which queues a worker may take messages from: the decisions, without Celery or kombu.

No downstream holds all threads of a worker, not even one that hangs: a queue whose jobs hold
their share of the threads is left out until one of them has ended (`worker.broker.bulkhead`).
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final


#: Share of a worker's threads that the jobs of one queue may hold.
SHARE: Final = 0.6

#: While a queue is left out, the worker waits for a message only a share of the time that it has
#: been left out, within bounds, and then chooses the queues again. A queue that moves is soon
#: open again; one that hangs costs the store four commands a second. An idle server checks its
#: time limits every 100 ms only, so shorter waits may last that long.
SHARE_OF_PAUSE: Final = 0.1
SHORTEST_WAIT_SECONDS: Final = 0.01
LONGEST_WAIT_SECONDS: Final = 0.25


def most_held(threads: int) -> int:
    """Return how many threads the jobs of one queue may hold; of two or more, one stays free."""
    return max(1, min(threads - 1, ceil(threads * SHARE)))


def open_queues(queues: Sequence[str], held: Mapping[str, int], most: int) -> list[str]:
    """
    Return the queues to take a message from, in the order given.

    A worker of one queue keeps no threads free.
    """
    if len(queues) < 2:
        return list(queues)
    return [queue for queue in queues if held.get(queue, 0) < most]


def wait_seconds(usual: float, left_out_for: float | None) -> float:
    """Return how long to wait for a message if a queue has been left out for this time."""
    if left_out_for is None:
        return usual
    soon = max(SHORTEST_WAIT_SECONDS, left_out_for * SHARE_OF_PAUSE)
    return min(soon, LONGEST_WAIT_SECONDS, usual)


def counts_as_paused(held: int, most: int, *, paused: bool) -> bool:
    """Return whether a queue counts as paused: from its share on until half of it is free."""
    return held >= most or (paused and held > most // 2)

"""
No downstream holds all threads of a worker, not even one that hangs.

A worker asks the store for messages and names the queues they may come from. A queue whose jobs
hold their share of the threads is left out until one of them has ended. Nothing is switched off
and on: which queues to name is found anew each time, from the jobs that the worker has at that
moment, so no error and no reconnect can leave a queue paused.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final
from weakref import WeakSet

import structlog
from celery import bootsteps
from celery.signals import task_received
from celery.worker.state import reserved_requests
from kombu.utils.scheduling import round_robin_cycle

from worker.run.bulkhead import (
    counts_as_paused,
    most_held,
    open_queues,
    wait_seconds,
)


log = structlog.get_logger()

#: A busy queue comes to its share and leaves it many times a second; it is logged once a minute.
LOG_EVERY_SECONDS: Final = 60.0

#: More than any answer brings.
_ANY: Final = 1_000


@dataclass(slots=True)
class _Queue:
    """
    What the worker has of one queue.

    Attributes:
        requests: the messages taken; held weakly, as Celery itself holds them.
        full_since: when its jobs came to hold their share.
        logged_at: when it was last logged as paused.
        is_logged: whether that still stands.
    """

    requests: "WeakSet[Any]" = field(default_factory=WeakSet)
    full_since: float | None = None
    logged_at: float | None = None
    is_logged: bool = False


class Bulkhead:
    """
    Which queues one worker process may take messages from.

    All of it runs on the thread of Celery's event loop. The jobs' own threads only take
    requests out of `running`, which is read and never counted.
    """

    def __init__(
        self,
        queues: Iterable[str],
        *,
        running: Container[Any] = reserved_requests,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._queues = {queue: _Queue() for queue in queues}
        self._running = running
        self._clock = clock
        self._most = 0
        self._channel: Any = None
        self._usual_wait = 0.0
        #: Messages that may come of whichever queue was chosen last.
        self.room = 1

    def __call__(self) -> "QueueOrder":
        """Return the order of queues for a new channel; kombu calls this."""
        return QueueOrder(self)

    def __json__(self) -> str:
        """Return what stands for it in Celery's answers, which hold a connection's options."""
        return type(self).__name__

    def guard(self, channel: Any, threads: int) -> None:
        """Begin with a channel to the store; a new connection has a new one."""
        self._most = most_held(threads)
        self._channel = channel
        self._usual_wait = channel.brpop_timeout

    def taken(self, request: Any, **_: Any) -> None:
        """Count a message that the worker has taken."""
        queue = self._queues.get(request.delivery_info["routing_key"])
        if queue is not None:
            queue.requests.add(request)

    def choose(self, queues: Sequence[str]) -> list[str]:
        """Return the queues to name next, and set how long to wait for a message of theirs."""
        if self._channel is None:
            return list(queues)
        now = self._clock()
        held = {name: self._held(name, queue, now) for name, queue in self._queues.items()}
        since = [each.full_since for each in self._queues.values() if each.full_since is not None]
        self._channel.brpop_timeout = wait_seconds(
            self._usual_wait, now - max(since) if since else None
        )
        chosen = open_queues(queues, held, self._most)
        self.room = min((self._most - held[name] for name in chosen if name in held), default=_ANY)
        return chosen

    def _held(self, name: str, queue: _Queue, now: float) -> int:
        if len(queue.requests) >= self._most or queue.is_logged:
            ended = [each for each in queue.requests if each not in self._running]
            queue.requests.difference_update(ended)
        held = len(queue.requests)
        if held < self._most:
            queue.full_since = None
        elif queue.full_since is None:
            queue.full_since = now
        self._log(name, queue, held, now)
        return held

    def _log(self, name: str, queue: _Queue, held: int, now: float) -> None:
        paused = counts_as_paused(held, self._most, paused=queue.is_logged)
        if paused == queue.is_logged:
            return
        if not paused:
            queue.is_logged = False
            log.info("queue.resumed", queue=name, held=held)
        elif queue.logged_at is None or now - queue.logged_at >= LOG_EVERY_SECONDS:
            queue.is_logged, queue.logged_at = True, now
            log.warning("queue.paused", queue=name, held=held)


class QueueOrder(round_robin_cycle):  # type: ignore[misc]  # kombu ships no types
    """Kombu's own order of queues, without those that are left out at the moment."""

    def __init__(self, bulkhead: Bulkhead) -> None:
        super().__init__()
        self._bulkhead = bulkhead

    @property
    def room(self) -> int:
        """How many messages the next answer may bring."""
        return self._bulkhead.room

    def consume(self, n: int) -> list[str]:
        """Return the queues to name next."""
        return self._bulkhead.choose(super().consume(n))


class BulkheadStep(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
    """Gives the bulkhead each new connection, before the first message is taken from it."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Begin with the channel of this connection."""
        bulkhead: Bulkhead = consumer.app.perkhook.bulkhead
        task_received.connect(bulkhead.taken, sender=consumer, weak=False)
        bulkhead.guard(consumer.task_consumer.channel, consumer.pool.num_processes)

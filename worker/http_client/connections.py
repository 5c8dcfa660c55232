"""Kept connections that are all dropped as soon as one of them fails."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore2


@dataclass(slots=True)
class _Generation:
    pool: httpcore2.ConnectionPool
    users: int = 0


class Connections:
    """
    The connections of one way: direct, or by one proxy.

    A balancer that is replaced, or a firewall that forgets, leaves all kept connections dead at
    once and says nothing (aio-libs/aiohttp#2647). So after a failure the others are not used
    again: calls that are under way end as they may, later ones open new connections.

    Args:
        make: makes an empty pool.
    """

    def __init__(self, make: Callable[[], httpcore2.ConnectionPool]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._current = _Generation(make())

    @contextmanager
    def lent(self) -> Iterator[httpcore2.ConnectionPool]:
        """Lend the pool for one call; an error of the call makes the next one connect anew."""
        with self._lock:
            used = self._current
            used.users += 1
        try:
            yield used.pool
        except BaseException:
            self._replace(used)
            raise
        finally:
            with self._lock:
                used.users -= 1
                over = used.users == 0 and used is not self._current
            if over:
                used.pool.close()

    def close(self) -> None:
        """Close all that are unused; the others are closed when their calls are over."""
        used = self._current
        self._replace(used)
        if used.users == 0:
            used.pool.close()

    def _replace(self, used: _Generation) -> None:
        with self._lock:
            # Of many that fail together, one is enough.
            if self._current is used:
                self._current = _Generation(self._make())

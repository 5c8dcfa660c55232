from collections.abc import Callable
from time import monotonic
from typing import Any, Final

import structlog

from inbox.admin.memory import is_full_soon, memory_view
from inbox.model.time import moment, ms_of
from inbox.store.client import StoreClient


log = structlog.get_logger()

#: How often a worker checks, and logs again what is wrong.
EVERY_SECONDS: Final = 3600.0


class StoreWatch:
    """Logs that the store is full soon, or evicts keys: an alert without Prometheus."""

    def __init__(self, store: StoreClient, clock: Callable[[], float] = monotonic) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._store: Any = store
        self._memory = store.names.memory
        self._clock = clock
        self._due = clock()

    def run(self) -> None:
        """Check the store, once an hour; the first time at once."""
        if self._clock() < self._due:
            return
        samples = {n.decode(): int(used) for n, used in self._store.hgetall(self._memory).items()}
        now = moment(ms_of(self._store.time()))
        found = memory_view(self._store.info("memory"), samples, now)
        self._due = self._clock() + EVERY_SECONDS
        if found is None:
            return
        if found.evicts:
            log.error("store.evicts", policy=found.policy)
        if found.full_days is not None and is_full_soon(found):
            log.warning(
                "store.full_soon",
                days=int(found.full_days),
                daily_bytes=None if found.daily is None else round(found.daily),
                left_bytes=found.left,
            )

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog
from redis import RedisError

from inbox.errors import unavailable


log = structlog.get_logger()

#: An outage that lasts is told again after so long.
TELL_EVERY_SECONDS: Final = 60.0


class Outages:
    """
    Warns of a store that is away, once for all jobs that meet it.

    It is never reported as an error of the code: a store that restarts would be one for each job.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._told_at: float | None = None

    def tell(self, error: RedisError) -> None:
        """Warn, unless it was done a moment ago."""
        with self._lock:
            now = self._clock()
            if self._told_at is not None and now - self._told_at < TELL_EVERY_SECONDS:
                return
            self._told_at = now
        log.warning("job.store_unavailable", reason=unavailable(error).reason)

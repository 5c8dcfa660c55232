"""An unavailable store: logged once by a process, and no fault of the jobs that meet it."""

import threading
from collections.abc import Callable
from time import monotonic, sleep
from typing import Final, TypeVar

import structlog
from redis import RedisError

from inbox.errors import is_outage, unavailable
from worker.errors import PostponedError


log = structlog.get_logger()

T = TypeVar("T")

#: An outage that lasts is logged again after so long.
LOG_EVERY_SECONDS: Final = 60.0

#: How long a job waits that met an outage.
WAIT_SECONDS: Final = 5.0

#: Between two tries to write how a run ended.
AGAIN_SECONDS: Final = 1.0


class Outages:
    """
    Warns of an unavailable store, once for all that meet it in a process.

    It is never reported as an error of the code: a restart of the store would report each job.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began: float | None = None
        self._logged_at = -LOG_EVERY_SECONDS

    def met(self, error: BaseException) -> None:
        """Warn, unless it was done a moment ago."""
        with self._lock:
            now = self._clock()
            if now - self._logged_at < LOG_EVERY_SECONDS:
                return
            self._logged_at = now
            self._began = self._began or now
        if isinstance(error, RedisError):
            why = unavailable(error)
            log.warning("store.unavailable", reason=why.reason, why=why.sentence)
        else:
            log.warning("store.unavailable", reason="down", why=type(error).__name__)

    def over(self) -> None:
        """Log that the store is back, if it was unavailable."""
        if self._began is None:
            return
        with self._lock:
            began, self._began = self._began, None
        if began is not None:
            log.info("store.available", seconds=round(self._clock() - began, 1))


#: One for the process: all threads meet the same outage.
OUTAGES: Final = Outages()


def outage(error: RedisError) -> PostponedError:
    """Return the error by which a job that met an outage waits without using up a try."""
    why = unavailable(error)
    return PostponedError(f"inbox_{why.reason}", why.sentence, seconds=WAIT_SECONDS)


def insist(
    write: Callable[[], T],
    *,
    seconds: float,
    stopping: Callable[[], bool],
    pause: Callable[[float], object] = sleep,
) -> T:
    """
    Write to the store, again and again while it is unavailable.

    Args:
        write: what is safe to do twice.
        seconds: for how long to try; after that another process writes it.
        stopping: whether the process ends, which must not wait.
        pause: waits between two tries.

    Raises:
        RedisError: the store was unavailable all the time, or the error is no outage.
    """
    until = monotonic() + seconds
    while True:
        try:
            return write()
        except RedisError as error:
            if not is_outage(error) or monotonic() >= until or stopping():
                raise
            OUTAGES.met(error)
            pause(AGAIN_SECONDS)

"""Celery's consumer, which connects again as soon as the store is back, and says so once."""

import warnings
from time import sleep
from typing import Any, Final

import structlog
from celery.exceptions import CPendingDeprecationWarning
from celery.worker import consumer
from celery.worker.state import maybe_shutdown
from redis import RedisError
from redis.exceptions import NoPermissionError

from inbox.errors import is_outage, unavailable
from worker.outages import OUTAGES


log = structlog.get_logger()

# Jobs continue while the connection is lost, whatever a later release of Celery does.
warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)

#: Celery would ask again at once, many times a second.
PAUSE_SECONDS: Final = 1.0

#: The longest wait between two tries to connect; Celery's own grows to 30 s.
LONGEST_SECONDS: Final = 3.0


class Consumer(consumer.Consumer):  # type: ignore[misc]  # Celery ships no types
    """Connects again until the store answers, and logs which rights are missing."""

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, however long it takes."""
        conn.ensure_connection(
            lambda error, _: OUTAGES.met(error),
            None,
            interval_start=PAUSE_SECONDS,
            interval_step=PAUSE_SECONDS,
            interval_max=LONGEST_SECONDS,
            callback=maybe_shutdown,
        )
        self.first_connection_attempt = False
        return conn

    def on_connection_error_before_connected(self, exc: Exception) -> None:
        """Log an error while connecting."""
        _log(exc)
        super().on_connection_error_before_connected(exc)

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Log an error of a connection that stood."""
        _log(exc)
        super().on_connection_error_after_connected(exc)


def _log(error: Exception) -> None:
    # Celery's own lines have the error's text, which may hold anything, and so are logged without.
    if isinstance(error, NoPermissionError):
        log.error("store.refused", why=unavailable(error).sentence)
        sleep(PAUSE_SECONDS)
    elif isinstance(error, RedisError) and is_outage(error):
        OUTAGES.met(error)
        sleep(PAUSE_SECONDS)

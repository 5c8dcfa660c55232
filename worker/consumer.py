"""Celery's consumer, which says what stands between a worker and its messages."""

from time import sleep
from typing import Any, Final

import structlog
from celery.worker import consumer
from redis.exceptions import NoPermissionError

from inbox.errors import unavailable


log = structlog.get_logger()

#: Celery would ask again at once, many times a second.
PAUSE_SECONDS: Final = 1.0


class Consumer(consumer.Consumer):  # type: ignore[misc]  # Celery ships no types
    """Connects again until the store gives the rights that are missing."""

    def on_connection_error_before_connected(self, exc: Exception) -> None:
        """Tell of an error while connecting."""
        _tell(exc)
        super().on_connection_error_before_connected(exc)

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Tell of an error of a connection that stood."""
        _tell(exc)
        super().on_connection_error_after_connected(exc)


def _tell(error: Any) -> None:
    # Celery's own lines have the error's text, which may hold anything, and so are logged without.
    if isinstance(error, NoPermissionError):
        log.error("store.refused", why=unavailable(error).sentence)
        sleep(PAUSE_SECONDS)

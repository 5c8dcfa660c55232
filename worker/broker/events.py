"""
Celery's events about tasks, made only while somebody listens.

Three events a job cost a worker a fifth of its processor time, and most workers run without
a Flower. A worker's heartbeat goes out all the time, and the store answers how many it reached.
"""

from typing import Any, Final

from celery.app.events import Events
from celery.events.dispatcher import EventDispatcher


_ABOUT_TASKS: Final = "task-"


class TaskEventDispatcher(EventDispatcher):  # type: ignore[misc]  # Celery ships no types
    """Keeps back events about tasks while the last event of any kind reached nobody."""

    #: Until the first event was sent, somebody may be there.
    heard = True

    def send(self, type: str, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - Celery's name
        """Send an event, if it is for somebody."""
        if self.heard or not type.startswith(_ABOUT_TASKS):
            super().send(type, *args, **kwargs)

    def _publish(self, event: Any, producer: Any, *args: Any, **kwargs: Any) -> None:
        super()._publish(event, producer, *args, **kwargs)
        if producer is not None:
            self.heard = getattr(producer.channel, "reached", 1) > 0


class TaskEvents(Events):  # type: ignore[misc]  # Celery ships no types
    """Makes the dispatchers of an application."""

    dispatcher_cls = f"{__name__}:{TaskEventDispatcher.__name__}"

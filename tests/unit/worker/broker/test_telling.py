from types import SimpleNamespace
from typing import Any

import pytest

from worker.app import create_celery
from worker.broker.events import TaskEventDispatcher, TaskEvents


class Producer:
    """Publishes to as many somebodies as a test says."""

    def __init__(self) -> None:
        self.channel: Any = SimpleNamespace(reached=0)
        self.published: list[Any] = []

    def publish(self, event: Any, **_: Any) -> None:
        """Keep what is published."""
        self.published.append(event)


@pytest.fixture
def producer() -> Producer:
    """A producer whom nobody hears."""
    return Producer()


@pytest.fixture
def teller(producer: Producer) -> TaskEventDispatcher:
    """What a worker tells Flower with."""
    made = create_celery({}).events.Dispatcher(
        SimpleNamespace(transport=SimpleNamespace(driver_type="redis")),
        enabled=False,
        buffer_group=["task"],
    )
    made.enabled, made.producer = True, producer
    return made  # type: ignore[no-any-return]


def _tell(teller: TaskEventDispatcher, name: str) -> None:
    teller.send(name, uuid="1")
    teller.flush()


def _types(producer: Producer) -> list[str]:
    each = [one if isinstance(one, list) else [one] for one in producer.published]
    return [event["type"] for events in each for event in events]


def test_the_application_tells_by_it() -> None:
    """Celery's own dispatcher would make three events a job for nobody."""
    events = create_celery({}).events
    assert isinstance(events, TaskEvents)
    assert issubclass(events.Dispatcher, TaskEventDispatcher)


def test_nobody_is_told_of_tasks_when_nobody_listens(
    teller: TaskEventDispatcher, producer: Producer
) -> None:
    """The first event finds out; heartbeats go on, or nobody could ever be found."""
    for name in ("task-received", "task-started", "task-succeeded", "worker-heartbeat"):
        _tell(teller, name)

    assert _types(producer) == ["task-received", "worker-heartbeat"]


def test_whoever_comes_is_told_from_the_next_heartbeat_on(
    teller: TaskEventDispatcher, producer: Producer
) -> None:
    """A Flower that starts later hears of all tasks as soon as it has heard of the worker."""
    _tell(teller, "task-received")
    producer.channel.reached = 1
    _tell(teller, "task-lost")
    _tell(teller, "worker-heartbeat")
    _tell(teller, "task-succeeded")

    assert _types(producer) == ["task-received", "worker-heartbeat", "task-succeeded"]


def test_a_transport_that_does_not_say_whom_it_reached_is_believed(
    teller: TaskEventDispatcher, producer: Producer
) -> None:
    """Better an event too many."""
    producer.channel = object()
    _tell(teller, "task-received")
    _tell(teller, "task-succeeded")

    assert len(_types(producer)) == 2

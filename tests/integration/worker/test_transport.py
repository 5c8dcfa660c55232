"""What a worker has taken and not begun goes back to its queue."""

from collections.abc import Iterator
from typing import Any

import pytest
from kombu import Connection, Consumer, Queue

from inbox.store.client import StoreClient
from tests.engine import KEYS, plain
from tests.integration.worker.foreign import written
from worker.broker.transport import Channel


JOBS = ["a" * 32 + ":notify_crm", "b" * 32 + ":notify_crm", "c" * 32 + ":notify_crm"]
TASKS = [f"{job}:1" for job in JOBS]


@pytest.fixture
def taken(redis_url: str) -> Iterator[tuple[Channel, list[Any]]]:
    """A channel that takes messages of one queue, and those that it took."""
    messages: list[Any] = []
    options = {"global_keyprefix": KEYS.celery}
    with Connection(
        plain(redis_url), transport="worker.broker.transport:Transport", transport_options=options
    ) as connection:
        channel = connection.default_channel
        queue = Queue("crm")
        with Consumer(channel, queues=[queue], on_message=messages.append):
            yield channel, messages


def _take(channel: Channel, store: StoreClient, job: str) -> None:
    store.lpush(KEYS.celery + "crm", f"{job}:1")
    channel.connection.client.drain_events(timeout=5)


def _in_queue(store: Any) -> list[str]:
    return [
        task
        for task in TASKS
        for raw in store.lrange(KEYS.celery + "crm", 0, -1)
        if task in raw.decode()
    ]


def test_what_is_not_run_goes_back(taken: tuple[Channel, list[Any]], store: StoreClient) -> None:
    """What runs stays stored as taken, and its worker acknowledges it when it has ended."""
    channel, messages = taken
    for job in JOBS:
        _take(channel, store, job)
    assert store.llen(KEYS.celery + "crm") == 0

    channel.give_back({TASKS[1]}.__contains__)

    assert _in_queue(store) == [TASKS[0], TASKS[2]]
    assert store.hkeys(KEYS.unacked) == [TASKS[1].encode()]
    messages[1].ack()
    assert store.hlen(KEYS.unacked) == 0


@pytest.mark.parametrize("raw", [written(JOBS[0]), f"{TASKS[0]}".encode()])
def test_what_went_back_is_taken_again(
    taken: tuple[Channel, list[Any]], store: StoreClient, raw: bytes
) -> None:
    """Queue messages and those that kombu put back whole reach Celery as the same message."""
    channel, messages = taken
    store.lpush(KEYS.celery + "crm", raw)
    channel.connection.client.drain_events(timeout=5)
    channel.give_back(lambda _: False)

    channel.connection.client.drain_events(timeout=5)

    first, again = messages
    assert first.headers == again.headers
    assert first.headers["id"] == TASKS[0]


def test_what_was_acknowledged_does_not_come_back(
    taken: tuple[Channel, list[Any]], store: StoreClient
) -> None:
    """Its job has ended."""
    channel, messages = taken
    _take(channel, store, JOBS[0])
    messages[0].ack()

    channel.give_back(lambda _: False)

    assert store.llen(KEYS.celery + "crm") == 0


def test_what_is_on_its_way_goes_back_too(
    taken: tuple[Channel, list[Any]], store: StoreClient
) -> None:
    """The store has given the message to a worker that does not listen any more."""
    channel, messages = taken
    channel.connection.cycle.on_poll_start()
    store.lpush(KEYS.celery + "crm", written(JOBS[0]))
    assert (store.llen(KEYS.celery + "crm"), store.hlen(KEYS.unacked), messages) == (0, 0, [])

    channel.give_back(lambda _: False)

    assert _in_queue(store) == [TASKS[0]]
    assert store.hlen(KEYS.unacked) == 0


def test_nothing_on_its_way_takes_a_second_at_most(
    taken: tuple[Channel, list[Any]], store: StoreClient
) -> None:
    """The store answers that nothing has come."""
    channel, messages = taken
    channel.connection.cycle.on_poll_start()

    channel.give_back(lambda _: False)

    assert (store.llen(KEYS.celery + "crm"), messages) == (0, [])


def test_a_connection_that_is_gone_is_no_trouble(
    taken: tuple[Channel, list[Any]], store: StoreClient
) -> None:
    """What was on its way is found by the reaper; the rest goes back over another connection."""
    channel, _ = taken
    _take(channel, store, JOBS[0])
    channel.connection.cycle.on_poll_start()
    channel.client.connection._sock.close()

    channel.give_back(lambda _: False)

    assert _in_queue(store) == [TASKS[0]]

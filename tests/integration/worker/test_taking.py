"""A worker takes several messages in one answer, and stores which it has before it asks again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from kombu import Connection, Consumer, Queue

from inbox.store.client import StoreClient
from tests.engine import KEYS, plain
from tests.integration.worker.foreign import written
from worker.broker.transport import MOST_AT_ONCE, Channel


TASKS = [f"{number:032x}:notify_crm:1" for number in range(30)]


class Taker:
    """A channel that takes messages of a queue, and what it took."""

    def __init__(self, channel: Any, consumer: Consumer) -> None:
        self.channel: Channel = channel
        self.messages: list[Any] = []
        consumer.on_message = self.messages.append

    def turn(self) -> int:
        """Ask and read once; return how many messages came."""
        before = len(self.messages)
        self.channel.connection.client.drain_events(timeout=5)
        return len(self.messages) - before


@contextmanager
def taking(redis_url: str, *, prefetch: int = 50, room: int = 1000) -> Iterator[Taker]:
    """Take messages as a worker with so many threads does, and so much room in its queues."""

    class Cycle:
        def __init__(self) -> None:
            self.room = room

        update = rotate = lambda *_: None
        consume = staticmethod(lambda _: ["crm"])

    options = {"queue_order_strategy": Cycle, "global_keyprefix": KEYS.celery}
    with Connection(
        plain(redis_url), transport="worker.broker.transport:Transport", transport_options=options
    ) as connection:
        channel = connection.default_channel
        channel.basic_qos(0, prefetch, False)
        with Consumer(channel, queues=[Queue("crm")]) as consumer:
            yield Taker(channel, consumer)


@pytest.fixture
def backlog(store: StoreClient) -> StoreClient:
    """Thirty messages wait."""
    for task in TASKS:
        store.lpush(KEYS.celery + "crm", written(task.rpartition(":")[0]))
    return store


def _stored(store: Any) -> set[str]:
    return {tag.decode() for tag in store.hkeys(KEYS.unacked)}


def test_the_first_answer_brings_one_and_the_next_ones_many(
    backlog: StoreClient, redis_url: str
) -> None:
    """A worker that froze while it waited would lose one; first in is first out."""
    with taking(redis_url) as taker:
        came = [taker.turn() for _ in range(5)]

        assert came == [1, MOST_AT_ONCE, MOST_AT_ONCE, MOST_AT_ONCE, 5]
        assert [message.headers["id"] for message in taker.messages] == TASKS
    # What was not acknowledged goes back when the channel closes.
    assert backlog.llen(KEYS.celery + "crm") == len(TASKS)


@pytest.mark.parametrize(
    ("options", "most"), [({"prefetch": 5}, 5), ({"room": 3}, 1 + 3), ({"prefetch": 1}, 1)]
)
def test_no_more_come_than_there_is_room_for(
    backlog: StoreClient, redis_url: str, options: dict[str, int], most: int
) -> None:
    """Neither than threads are free, nor than a queue may hold of them."""
    with taking(redis_url, **options) as taker:
        assert taker.turn() + (taker.turn() if most > 1 else 0) == most
        assert backlog.llen(KEYS.celery + "crm") == len(TASKS) - most


def test_an_empty_queue_is_asked_for_one_again(backlog: Any, redis_url: str) -> None:
    """The answers grow only while they bring something."""
    with taking(redis_url) as taker:
        for _ in range(5):
            taker.turn()
        while taker.channel.is_flowing:
            with suppress(OSError):
                taker.channel.connection.client.drain_events(timeout=1.5)
        backlog.rpush(
            KEYS.celery + "crm", *(written(task.rpartition(":")[0]) for task in TASKS[:4])
        )

        assert taker.turn() == 1


def test_what_was_taken_is_stored_before_the_next_question(backlog: Any, redis_url: str) -> None:
    """By its task's id, with the time, so that the reaper finds which worker has it."""
    with taking(redis_url) as taker:
        taker.turn()
        taker.turn()
        taker.channel.connection.cycle.on_poll_start()

        taken = set(TASKS[: 1 + MOST_AT_ONCE])
        _until(lambda: _stored(backlog) == taken)
        scores = dict(backlog.zrange(KEYS.celery + "unacked_index", 0, -1, withscores=True))
        assert {tag.decode() for tag in scores} == taken
        assert max(scores.values()) - min(scores.values()) < 60


def test_what_was_taken_is_stored_without_a_question(backlog: Any, redis_url: str) -> None:
    """A worker whose threads are all busy asks nothing for long, and what it has is stored."""
    with taking(redis_url, prefetch=3) as taker:
        taker.turn()
        taker.turn()
        taker.channel.connection.cycle.on_poll_start()

        assert _stored(backlog) == set(TASKS[:3])


def test_what_ended_is_removed_before_the_next_question(backlog: Any, redis_url: str) -> None:
    """Both what was stored and what ended so soon that it never was."""
    with taking(redis_url) as taker:
        taker.turn()
        taker.turn()
        taker.messages[0].ack()
        taker.turn()
        for message in taker.messages[1:]:
            message.ack()
        taker.turn()
        taker.channel.connection.cycle.on_poll_start()

        _until(lambda: len(_stored(backlog)) == len(taker.messages) - (1 + 2 * MOST_AT_ONCE))
        assert not _stored(backlog) & set(TASKS[: 1 + 2 * MOST_AT_ONCE])


def test_a_full_store_stops_no_worker(backlog: Any, redis_url: str) -> None:
    """It still gives messages; that it keeps none as taken does not end the worker."""
    with taking(redis_url) as taker:
        taker.turn()
        backlog.config_set("maxmemory", 1)
        try:
            assert taker.turn() == MOST_AT_ONCE
            taker.channel.connection.cycle.on_poll_start()
            taker.channel._brpop_read()
        finally:
            backlog.config_set("maxmemory", 0)

        assert len(taker.messages) == 1 + 2 * MOST_AT_ONCE
        assert _stored(backlog) == set()


def test_what_ends_after_the_last_question_is_removed_at_once(backlog: Any, redis_url: str) -> None:
    """A worker that stops asks nothing any more, and its jobs still end."""
    with taking(redis_url) as taker:
        taker.turn()
        taker.turn()
        taker.channel.give_back(set(TASKS[:3]).__contains__)

        assert _stored(backlog) == set(TASKS[:3])
        taker.messages[1].ack()
        assert _stored(backlog) == {TASKS[0], TASKS[2]}
        assert backlog.llen(KEYS.celery + "crm") == len(TASKS) - 3


def test_a_message_that_is_refused_goes_back_at_once(backlog: Any, redis_url: str) -> None:
    """As a stopping worker does; whether it was stored before or not."""
    with taking(redis_url) as taker:
        taker.turn()
        taker.messages[0].reject(requeue=True)

        assert backlog.llen(KEYS.celery + "crm") == len(TASKS)
        assert _stored(backlog) == set()


def _until(done: Callable[[], bool], turns: int = 20_000) -> None:
    while not done():
        turns -= 1
        assert turns

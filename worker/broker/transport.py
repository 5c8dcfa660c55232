"""
How a worker takes messages from its queues: several in one answer, and only its own.

kombu asks for one message at a time and writes for each one taken, and each acknowledged, in a
trip of its own (docs/decisions/0020-what-a-job-costs-a-worker.md). It decodes what it takes inside
its event loop, and much of what can stand in a queue ends the process
(docs/decisions/0012-only-our-messages-reach-celery.md).

All private names of kombu that the product uses stand in this module. README.md lists them.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import monotonic
from typing import Any, Final

import structlog
from celery import Celery
from celery.utils.dispatch import Signal
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis import ResponseError

from inbox.errors import is_to_be_left
from inbox.message import as_we_write_it
from telemetry.safe_errors import type_name
from worker.broker.acknowledgements import Acknowledgements
from worker.broker.pool import PooledChannel


log = structlog.get_logger()

#: Messages that one answer brings at the most.
MOST_AT_ONCE: Final = 8

#: Sent for each message that was dropped because it is none of ours.
foreign_message = Signal(name="foreign_message", providing_args={"queue"})

#: The transport's name in broker addresses.
_ALIAS: Final = "perkhook"

#: Answers to Celery's remote control are taken by the same command and are not ours to judge.
_ANSWERS: Final = ".reply.celery.pidbox"


class Channel(PooledChannel):
    """Takes several messages at once, ours only, and outlives what is published to everybody."""

    QoS = Acknowledgements

    #: Whether the last question was answered with a message.
    is_flowing = False

    def write_if_idle(self) -> None:
        """Write acknowledgements, unless a question is open: the write after it carries them."""
        if not self._in_poll:
            self.qos.write()

    def _brpop_start(self, timeout: float | None = None) -> None:
        queues = self._queue_cycle.consume(len(self.active_queues))
        if not queues:
            return
        wait = self.brpop_timeout if timeout is None else timeout
        connection = self.client.connection
        self._in_poll = connection
        self._brpop_sent_at = monotonic()
        # Our messages have no priorities, so a queue is one list.
        names = [self.global_keyprefix + queue for queue in queues]
        connection.send_command(
            "BLMPOP", wait or 0, len(queues), *names, "RIGHT", "COUNT", self._room()
        )

    def _room(self) -> int:
        # A worker that finds its queues empty asks for one: if it freezes while it waits, no
        # more than that one is lost with it, until the reaper sends it again.
        if not self.is_flowing:
            return 1
        free = self.qos.can_consume_max_estimate()
        room = getattr(self._queue_cycle, "room", 1)
        return max(1, min(MOST_AT_ONCE, MOST_AT_ONCE if free is None else free, room))

    def _brpop_read(self, **_: Any) -> bool:
        try:
            answer = self._answer()
            self.is_flowing = bool(answer)
            if not answer:
                raise kombu_redis.Empty
            queue = answer[0].decode().removeprefix(self.global_keyprefix)
            self._queue_cycle.rotate(queue)
            for raw in answer[1]:
                message = _readable(queue, raw)
                if message is not None:
                    self.connection._deliver(message, queue)  # noqa: SLF001 - as kombu does
            return True
        finally:
            self._in_poll = None

    def _answer(self) -> Any:
        connection = self.client.connection
        try:
            return connection.read_response()
        except self.connection_errors:
            self.is_flowing = False
            connection.disconnect()
            raise
        except ResponseError as error:
            if is_to_be_left(error):
                self.is_flowing = False
                connection.disconnect()
            raise

    def _receive_one(self, client: Any) -> Any:
        try:
            return super()._receive_one(client)
        except (*self.connection_errors, kombu_redis.Empty):
            raise
        except Exception as error:  # whatever it is, it concerns one broadcast
            log.error("broadcast.unreadable", error=type_name(error))  # noqa: TRY400 - its text is foreign
            raise kombu_redis.Empty from error

    def give_back(self, is_running: Callable[[str], bool]) -> None:
        """
        Put what was taken and is not run to the front of its queue, when the worker stops.

        kombu itself would do so when the process ends, which is when the last job does.

        Args:
            is_running: whether the task with this id runs, and keeps its message.
        """
        self._end()
        for task in list(self.qos.held):
            if not is_running(task):
                self.qos.restore_by_tag(task)
                self.qos.ack(task)

    def close(self) -> None:
        """Close; what is acknowledged from now on is written at once."""
        self._end()
        super().close()

    def _end(self) -> None:
        if self._in_poll:
            # A message may be on its way here now, and would be lost if the connection were
            # closed. The store answers within a second, be it that nothing has come. From a store
            # that is gone nothing comes; an error would leave the channel half closed, over which
            # Celery ends the process.
            with suppress(kombu_redis.Empty, *self.connection_errors):
                self._brpop_read()
        self.qos.at_once = True
        with suppress(*self.connection_errors):
            self.qos.write()


class Poller(kombu_redis.MultiChannelPoller):  # type: ignore[misc]  # kombu ships no types
    """Writes acknowledgements before the next messages are asked for."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        super().__init__()
        self._of_transport = channels

    def on_poll_start(self) -> None:
        """Ask for messages where a worker has room."""
        for channel in self._of_transport:
            channel.write_if_idle()
        super().on_poll_start()


class Transport(kombu_redis.Transport):  # type: ignore[misc]  # kombu ships no types
    """kombu's transport for Redis with our channel."""

    Channel = Channel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = Poller(self.channels)


def take_only_our_messages(app: Celery) -> None:
    """Make an application consume by our transport; Flower, which consumes nothing, has no need."""
    TRANSPORT_ALIASES[_ALIAS] = f"{__name__}:{Transport.__name__}"
    url = app.conf.broker_url.replace("redis+socket://", f"{_ALIAS}+socket://", 1)
    app.conf.update(broker_url=url, broker_transport=_ALIAS)


def _readable(queue: str, raw: bytes) -> Any:
    """Return a message of ours as Celery knows it; log, count and drop a foreign one (None)."""
    if queue.endswith(_ANSWERS):
        return json.loads(raw)
    ours = as_we_write_it(raw, queue)
    if ours is None:
        log.error("message.foreign", queue=queue, bytes=len(raw))
        foreign_message.send(sender=None, queue=queue)
        return None
    return json.loads(ours)

"""
What stands between kombu and the queues, so that no element of a queue can stop a worker.

kombu decodes what it takes from a queue inside its event loop, and much of what can stand
there ends the process: docs/decisions/0012-only-our-messages-reach-celery.md.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import structlog
from celery import Celery
from celery.utils.dispatch import Signal
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis

from inbox.message import as_we_write_it
from telemetry.safe_errors import type_name
from worker.broker.batches import BatchingChannel, Poller


log = structlog.get_logger()

#: The transport's name in broker addresses.
_ALIAS: Final = "perkhook"

#: Told of each message that was dropped because it is none of ours.
foreign_message = Signal(name="foreign_message", providing_args={"queue"})

#: Answers to Celery's remote control are taken by the same command and are not ours to judge.
_ANSWERS: Final = ".reply.celery.pidbox"


class Channel(BatchingChannel):
    """Takes our messages only, and outlives what is published to everybody."""

    def readable(self, queue: str, raw: bytes) -> Any:
        """Read a message of ours; a foreign one is told and counts as if nothing had come."""
        if queue.endswith(_ANSWERS):
            return json.loads(raw)
        ours = as_we_write_it(raw, queue)
        if ours is None:
            log.error("message.foreign", queue=queue, bytes=len(raw))
            foreign_message.send(sender=None, queue=queue)
            return None
        return json.loads(ours)

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)
        except self.connection_errors:
            # A channel that closes asks a last time. From a store that is gone nothing comes,
            # and an error would leave it half closed, over which Celery ends the process.
            if self._closing:
                raise kombu_redis.Empty from None
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
        """
        if self._in_poll:
            # A message may be on its way here now. Who hung up would lose it; the store
            # answers within a second, be it that nothing has come.
            with suppress(kombu_redis.Empty, *self.connection_errors):
                self._brpop_read()
        self.end_notes()
        self.qos._flush()  # noqa: SLF001 - kombu's own way to forget what is acknowledged
        for task in list(self.qos._delivered):  # noqa: SLF001 - no public way to list them
            if not is_running(task):
                self.qos.restore_by_tag(task)
                self.qos.ack(task)


class Transport(kombu_redis.Transport):  # type: ignore[misc]  # kombu ships no types
    """kombu's transport for Redis with our channel."""

    Channel = Channel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = Poller()


def take_only_our_messages(app: Celery) -> None:
    """Let an application consume by our transport; Flower, which consumes nothing, has no need."""
    TRANSPORT_ALIASES[_ALIAS] = f"{__name__}:{Transport.__name__}"
    url = app.conf.broker_url.replace("redis+socket://", f"{_ALIAS}+socket://", 1)
    app.conf.update(broker_url=url, broker_transport=_ALIAS)

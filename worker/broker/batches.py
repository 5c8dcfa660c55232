"""
How a worker takes messages: several in one answer, with what it has noted beside the question.

kombu asks for one message at a time and notes each taken one, and each ended one, in a trip of
its own: docs/decisions/0020-what-a-job-costs-a-worker.md.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Final

import structlog
from kombu.transport import redis as kombu_redis
from redis import ResponseError

from inbox.errors import is_to_be_left
from inbox.store.script_call import packed
from telemetry.safe_errors import type_name
from worker.broker.acks import Acknowledgements
from worker.broker.pool import PooledChannel


log = structlog.get_logger()

#: Messages that one answer brings at the most.
MOST_AT_ONCE: Final = 8


class Poller(kombu_redis.MultiChannelPoller):  # type: ignore[misc]  # kombu ships no types
    """Sees to it that notes are written when no question carries them."""

    def on_poll_start(self) -> None:
        """Ask for messages where a worker has room."""
        super().on_poll_start()
        for channel in self._channels:
            if not channel._in_poll:  # noqa: SLF001 - kombu's name
                channel.write_notes()


class BatchingChannel(PooledChannel):
    """Takes several messages at once, and writes notes in the same breath."""

    QoS = Acknowledgements

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handlers["BRPOP"] = self._on_answer
        self._pooled: Any = None
        #: Answers to notes that stand before the answer to the question.
        self._owed = 0
        #: Whether the last question was answered with a message.
        self._flowing = False
        #: How many somebodies the last broadcast reached.
        self.reached = 1

    def readable(self, queue: str, raw: bytes) -> Any:
        """Read a message as it stands in a queue; None would drop it."""
        del queue
        return json.loads(raw)

    def write_notes(self) -> None:
        """Write what no question has carried, now."""
        commands = self.qos.commands()
        if not commands:
            return
        if self._in_poll:
            # An answer is awaited on the channel's own connection.
            connection = self.pool.get_connection()
            try:
                self._write(connection, commands)
            finally:
                self.pool.release(connection)
        else:
            self._write(self._own_connection(), commands)

    def _write(self, connection: Any, commands: list[bytes]) -> None:
        connection.send_packed_command(commands)
        self.qos.written()
        self._read_notes(connection, len(commands))

    @contextmanager
    def conn_or_acquire(self, client: Any = None) -> Iterator[Any]:
        """Give a client; making one anew for each command cost more than the command."""
        if client is None:
            if self._pooled is None:
                self._pooled = self._create_client()
            client = self._pooled
        yield client

    def _put_fanout(
        self, exchange: str, message: dict[str, Any], routing_key: str, **kwargs: Any
    ) -> None:
        if kwargs.get("_publish_batch") is not None:
            super()._put_fanout(exchange, message, routing_key, **kwargs)
            return
        payload = json.dumps(message)
        with self.conn_or_acquire() as client:
            topics = self._get_publish_topics(exchange, routing_key)
            self.reached = sum(client.publish(topic, payload) for topic in topics)

    def _own_connection(self) -> Any:
        client = self.client
        if getattr(client, "connection", None) is None:
            client.connection = client.connection_pool.get_connection()
        return client.connection

    def _brpop_start(self, timeout: float | None = None) -> None:
        timeout = self.brpop_timeout if timeout is None else timeout
        queues = self._queue_cycle.consume(len(self.active_queues))
        if not queues:
            return
        names = [self._q_for_pri(queue, pri) for pri in self.priority_steps for queue in queues]
        question = ["BLMPOP", timeout or 0, len(names), *names, "RIGHT", "COUNT", self._room()]
        commands = self.qos.commands()
        self._owed = len(commands)
        self._in_poll = self.client.connection
        self._brpop_sent_at = monotonic()
        self.client.connection.send_packed_command([b"".join([*commands, packed(*question)])])
        self.qos.written()

    def _room(self) -> int:
        # A worker that finds its queues empty asks for one: if it freezes while it waits, no
        # more than that one is lost with it, until the sweep sends it again.
        if not self._flowing:
            return 1
        free = self.qos.can_consume_max_estimate()
        room = getattr(self._queue_cycle, "room", 1)
        return max(1, min(MOST_AT_ONCE, MOST_AT_ONCE if free is None else free, room))

    def _on_answer(self) -> Any:
        """Read what has come; notes are answered before the question is."""
        if self._owed:
            try:
                self._read_owed()
                if not self.client.connection.can_read(timeout=0):
                    return None
            except self.connection_errors:
                self._hang_up()
                raise
        return self._brpop_read()

    def _brpop_read(self, **_: Any) -> Any:
        try:
            try:
                self._read_owed()
                answer = self.client.connection.read_response()
            except self.connection_errors:
                self._hang_up()
                raise
            except ResponseError as error:
                if is_to_be_left(error):
                    self._hang_up()
                raise
            self._flowing = bool(answer)
            if not answer:
                raise kombu_redis.Empty
            key, items = answer
            queue = key.decode().partition(self.sep)[0]
            self._queue_cycle.rotate(queue)
            for raw in items:
                message = self.readable(queue, raw)
                if message is not None:
                    self.connection._deliver(message, queue)  # noqa: SLF001 - as kombu does
            return True
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()

    def _hang_up(self) -> None:
        self._owed = 0
        self._flowing = False
        self.client.connection.disconnect()

    def _read_owed(self) -> None:
        owed, self._owed = self._owed, 0
        self._read_notes(self.client.connection, owed)

    def _read_notes(self, connection: Any, count: int) -> None:
        for _ in range(count):
            try:
                connection.read_response()
            except ResponseError as error:
                if is_to_be_left(error):
                    # The other answers would be the same, and the next connection may lead on.
                    connection.disconnect()
                    raise
                # A store that is full takes no notes, and may take jobs that end.
                log.warning("messages.not_noted", error=type_name(error))

    def close(self) -> None:
        """Close; what ends from now on is noted at once."""
        self.end_notes()
        super().close()

    def end_notes(self) -> None:
        """Write what is not yet written, and each later note by itself."""
        self.qos.alone = True
        with suppress(*self.connection_errors):
            self.write_notes()

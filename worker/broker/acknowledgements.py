import json
from time import time
from typing import Any

import structlog
from kombu.transport import redis as kombu_redis
from kombu.transport import virtual
from redis import ResponseError

from inbox.errors import is_to_be_left
from telemetry.safe_errors import type_name


log = structlog.get_logger()


class Acknowledgements(kombu_redis.QoS):  # type: ignore[misc]  # kombu ships no types
    """
    Which messages a worker has, kept in the store under kombu's own keys, many in one write.

    An entry says to the reaper that a worker has the message. An entry that comes late, or not at
    all, costs no more than a second queue message for the job.

    Attributes:
        held: tags of the messages that were taken and not acknowledged, in the order they came.
        at_once: each acknowledgement is written by itself; no later write carries it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held: dict[str, None] = {}
        self.at_once = False
        self._taken: dict[str, str] = {}
        self._ended: list[str] = []

    def append(self, message: Any, delivery_tag: str) -> None:
        """Keep a message that was taken; `write` stores it."""
        virtual.QoS.append(self, message, delivery_tag)
        about = message.delivery_info
        self.held[delivery_tag] = None
        self._taken[delivery_tag] = json.dumps(
            [message.serializable(), about["exchange"], about["routing_key"]]
        )

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge a message; `write` removes it from the store."""
        self.held.pop(delivery_tag, None)
        if self.at_once:
            super().ack(delivery_tag)
            return
        if self._taken.pop(delivery_tag, None) is None:
            self._ended.append(delivery_tag)
        virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Put a message back, or drop it."""
        # kombu puts back what the store has.
        self.write()
        self.held.pop(delivery_tag, None)
        super().reject(delivery_tag, requeue)

    def write(self) -> None:
        """
        Store what was taken and remove what was acknowledged since the last write.

        Raises:
            redis.RedisError: the store cannot be reached, or is not the one to ask.
        """
        taken, self._taken = self._taken, {}
        ended, self._ended = self._ended, []
        if not taken and not ended:
            return
        with self.channel.conn_or_acquire() as client:
            pipe = client.pipeline(transaction=False)
            if taken:
                pipe.hset(self.unacked_key, mapping=taken)
                pipe.zadd(self.unacked_index_key, dict.fromkeys(taken, time()))
            if ended:
                pipe.hdel(self.unacked_key, *ended)
                pipe.zrem(self.unacked_index_key, *ended)
            answers = pipe.execute(raise_on_error=False)
        for error in answers:
            if isinstance(error, ResponseError):
                if is_to_be_left(error):
                    raise error
                # A store that is full keeps nothing new, and may take jobs that end.
                log.warning("messages.not_noted", error=type_name(error))

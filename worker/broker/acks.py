import json
from time import time
from typing import Any

from kombu.transport import redis as kombu_redis
from kombu.transport import virtual

from inbox.store.script_call import packed


class Acknowledgements(kombu_redis.QoS):  # type: ignore[misc]  # kombu ships no types
    """
    Which messages a worker has: noted in the store, many in one write.

    A note tells the sweep that somebody has a message. One that comes a moment late, or not
    at all, costs nobody more than a second hint.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken: dict[str, str] = {}
        self._ended: list[str] = []
        #: Nobody asks for messages any more, so no question carries notes.
        self.alone = False

    def append(self, message: Any, delivery_tag: str) -> None:
        """Note a message that was taken."""
        virtual.QoS.append(self, message, delivery_tag)
        about = message.delivery_info
        self._taken[delivery_tag] = json.dumps(
            [message._raw, about["exchange"], about["routing_key"]]  # noqa: SLF001 - as kombu does
        )

    def ack(self, delivery_tag: str) -> None:
        """Note that a message is done with."""
        if self.alone:
            super().ack(delivery_tag)
            return
        if self._taken.pop(delivery_tag, None) is None:
            self._ended.append(delivery_tag)
        virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Put a message back, or drop it."""
        self.channel.write_notes()
        super().reject(delivery_tag, requeue)

    def commands(self) -> list[bytes]:
        """Give the commands that write what is not yet written."""
        taken, ended = self._taken, self._ended
        written = []
        if taken:
            pairs = [word for pair in taken.items() for word in pair]
            scores = [word for tag in taken for word in (time(), tag)]
            written.append(packed("HSET", self.unacked_key, *pairs))
            written.append(packed("ZADD", self.unacked_index_key, *scores))
        if ended:
            written.append(packed("HDEL", self.unacked_key, *ended))
            written.append(packed("ZREM", self.unacked_index_key, *ended))
        return written

    def written(self) -> None:
        """Forget what those commands have told."""
        self._taken, self._ended = {}, []

from dataclasses import dataclass

from redis import Redis, RedisError

from inbox import keys
from inbox.errors import unavailable
from inbox.ids import delivery_id
from inbox.store import scripts
from inbox.store.headroom import Headroom
from inbox.store.packing import pack


@dataclass(frozen=True, slots=True)
class Accepted:
    """A body that is in the inbox, or was within the de-duplication window."""

    delivery: str
    duplicate: bool


class Intake:
    """The receiver's part of the inbox."""

    def __init__(self, client: Redis) -> None:
        self._headroom = Headroom(client)
        self._accept = scripts.load(client, "accept")
        self._probe = client.register_script(_PROBE)

    def accept(self, body: bytes, trace: str = "") -> Accepted:
        """
        Store a body and enqueue its first job, in one step and one round trip.

        Args:
            body: the raw bytes as they came.
            trace: trace headers for the workers, as the inside of a JSON object, or empty.

        Raises:
            InboxUnavailableError: not stored as far as we know. Accepting the same body
                again is right in any case: it is stored once.
        """
        delivery, packed = delivery_id(body), pack(body)
        try:
            self._headroom.check(len(packed))
            fresh = self._accept(keys=[keys.DELIVERY + delivery], args=[delivery, packed, trace])
        except RedisError as error:
            raise unavailable(error) from error
        return Accepted(delivery, duplicate=not fresh)

    def check(self) -> None:
        """
        Check whether a body could be accepted now.

        Raises:
            InboxUnavailableError: it could not, and why.
        """
        try:
            self._headroom.check()
            self._headroom.check_policy()
            # Needs the same rights, room and role as accepting, and changes nothing. (LPUSH and
            # HINCRBY cannot be tried without a change: the first webhook shows them.)
            self._probe(keys=[keys.DELIVERY + "probe"], args=[keys.FRESH])
        except RedisError as error:
            raise unavailable(error) from error


#: A script that does not say it only reads is refused by a full store or a replica.
_PROBE = """#!lua
redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], '', 'XX')
redis.call('ZADD', ARGV[1], 'XX', 0, '')
redis.call('DEL', KEYS[1])
redis.call('ZREM', ARGV[1], '')"""

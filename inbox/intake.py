from dataclasses import dataclass

from redis import RedisError

from inbox.errors import unavailable
from inbox.ids import delivery_id
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.headroom import Headroom
from inbox.store.packing import pack


@dataclass(frozen=True, slots=True)
class Accepted:
    """
    A body that is in the inbox, or was within the de-duplication window.

    Attributes:
        delivery: its id.
        key: the key of the store that holds it.
        duplicate: whether it was there before.
    """

    delivery: str
    key: str
    duplicate: bool


class Intake:
    """The receiver's part of the inbox."""

    def __init__(self, client: StoreClient) -> None:
        self._keys = client.names
        self._headroom = Headroom(client)
        self._accept = scripts.load(client, "accept")
        self._probe = client.register_script(_PROBE)

    def accept(self, body: bytes, trace: str = "") -> Accepted:
        """
        StoreClient a body and enqueue its first job, in one step and one round trip.

        Args:
            body: the raw bytes as they came.
            trace: trace headers for the workers, as the inside of a JSON object, or empty.

        Raises:
            InboxUnavailableError: not stored as far as we know. Accepting the same body
                again is right in any case: it is stored once.
        """
        delivery, packed = delivery_id(body), pack(body)
        key = self._keys.delivery + delivery
        try:
            self._headroom.check(len(packed))
            fresh = self._accept(keys=[key], args=[delivery, packed, trace])
        except RedisError as error:
            raise unavailable(error) from error
        return Accepted(delivery, key, duplicate=not fresh)

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
            names = self._keys
            self._probe(keys=[names.delivery + "probe", names.fresh, names.moving])
        except RedisError as error:
            raise unavailable(error) from error


#: A script that does not say it only reads is refused by a full store or a replica.
_PROBE = """#!lua
if redis.call('HEXISTS', KEYS[3], 'closed') == 1 then
  return redis.error_reply('MOVING this installation is being moved')
end
redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], '', 'XX')
redis.call('ZADD', KEYS[2], 'XX', 0, '')
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], '')"""

"""Deliveries that nobody has claimed yet, in the form that operators' tools read."""

from typing import Any

from redis import Redis, ResponseError

from inbox import keys
from inbox.store import scripts


class UnclaimedDeliveries:
    """
    Makes the hashes of a delivery that still is the one string which `accept` wrote.

    That changes nothing but the form: its job stays queued since the same time.
    """

    def __init__(self, client: Redis) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._unfold = scripts.load(client, "unfold")

    def unfold(self, delivery: str) -> None:
        """Unfold a delivery, if it is not yet; a store that may not be written can be asked."""
        if self._client.zscore(keys.FRESH, delivery) is not None:
            self._unfold(args=[delivery])

    def fields(self, delivery: str) -> dict[str, bytes]:
        """Give the fields of a delivery; none if it was never here or is forgotten."""
        self.unfold(delivery)
        try:
            found = self._client.hgetall(keys.DELIVERY + delivery)
        except ResponseError:
            # It was accepted in between.
            self.unfold(delivery)
            found = self._client.hgetall(keys.DELIVERY + delivery)
        return {name.decode(): value for name, value in found.items()}

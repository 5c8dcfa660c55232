"""Unclaimed deliveries, in the form that operators' tools read."""

from typing import Any

from redis import ResponseError

from inbox.store import scripts
from inbox.store.client import StoreClient


class UnclaimedDeliveries:
    """
    Writes the hashes of a delivery that is still the one string of `accept`.

    Only the form changes: its job stays queued since the same time.
    """

    def __init__(self, client: StoreClient) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._unfold = scripts.load(client, "unfold")

    def to_hashes(self, delivery: str) -> None:
        """Write its hashes if it is unclaimed; if not, a store that refuses writes will do."""
        if self._client.zscore(self._keys.fresh, delivery) is not None:
            self._unfold(args=[delivery])

    def fields(self, delivery: str) -> dict[str, bytes]:
        """Return the fields of a delivery; none if it was never here or is forgotten."""
        self.to_hashes(delivery)
        try:
            found = self._client.hgetall(self._keys.delivery + delivery)
        except ResponseError:
            # It was accepted in between.
            self.to_hashes(delivery)
            found = self._client.hgetall(self._keys.delivery + delivery)
        return {name.decode(): value for name, value in found.items()}

import json
from typing import Any

from inbox.store import scripts
from inbox.store.client import StoreClient


class Learned:
    """
    What workers have found out, shared by all of them for a time.

    None of it is needed: a worker that does not find it here finds it out again.
    """

    def __init__(self, client: StoreClient) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._learn = scripts.load(client, "learn")

    def get(self, name: str) -> Any:
        """Return what is known under a name; None for nothing."""
        found = self._client.get(self._keys.learned + name)
        return None if found is None else json.loads(found)

    def put(self, name: str, value: Any, *, seconds: int) -> None:
        """Remember something for so long; JSON, without anything personal."""
        self._learn(args=[name, json.dumps(value), seconds * 1000])

    def forget(self, name: str) -> None:
        """Forget what is known under a name."""
        self._client.delete(self._keys.learned + name)

import json
from typing import Any

from redis import Redis

from inbox import keys
from inbox.store import scripts


class Learned:
    """
    What workers have found out, shared by all of them for a time.

    None of it is needed: a worker that does not find it here finds it out again.
    """

    def __init__(self, client: Redis) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._learn = scripts.load(client, "learn")

    def get(self, name: str) -> Any:
        """Return what is known under a name; None for nothing."""
        found = self._client.get(keys.LEARNED + name)
        return None if found is None else json.loads(found)

    def put(self, name: str, value: Any, *, seconds: int) -> None:
        """Remember something for so long; JSON, without anything personal."""
        self._learn(args=[name, json.dumps(value), seconds * 1000])

    def forget(self, name: str) -> None:
        """Forget what is known under a name."""
        self._client.delete(keys.LEARNED + name)

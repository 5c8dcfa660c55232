"""The campaigns whose codes runs have read, so that a deleted one is not forgotten."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final


#: Codes that are read in one round trip.
_CHUNK: Final = 500


class KnownCampaigns:
    """
    A set of ids; part of the assignment registry.

    Args:
        client: the store.
        memory_ms: the set's life after a run has read one of them.
    """

    def __init__(self, client: Any, memory_ms: int) -> None:
        self._client = client
        self._keys = client.names
        self._memory_ms = memory_ms

    def all(self) -> set[str]:
        """Return all of them."""
        return {each.decode() for each in self._client.smembers(self._keys.campaigns)}

    def note(self, campaign: str) -> None:
        """Store that a run reads one."""
        pipe = self._client.pipeline(transaction=False)
        pipe.sadd(self._keys.campaigns, campaign)
        pipe.pexpire(self._keys.campaigns, self._memory_ms)
        pipe.execute()

    def forget(self, campaign: str) -> None:
        """Forget a deleted one."""
        self._client.srem(self._keys.campaigns, campaign)

    def has_holders(self, campaign: str) -> bool:
        """Return whether an assignment to a code of one is known."""
        codes: Iterator[tuple[bytes, float]] = self._client.zscan_iter(self._keys.codes + campaign)
        while some := [self._keys.assignments + code.decode() for code, _ in islice(codes, _CHUNK)]:
            if self._client.exists(*some):
                return True
        return False

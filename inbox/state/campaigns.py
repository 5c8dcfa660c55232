"""The campaigns whose codes runs have looked at, so that one that is gone is not forgotten."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from inbox import keys


#: Codes of which one question to the store asks.
_CHUNK: Final = 500


class KnownCampaigns:
    """
    A set of ids; part of the book (`inbox.state.assignments`).

    Args:
        client: the store.
        memory_ms: the set's life after a run has looked at one of them.
    """

    def __init__(self, client: Any, memory_ms: int) -> None:
        self._client = client
        self._memory_ms = memory_ms

    def all(self) -> set[str]:
        """List them."""
        return {each.decode() for each in self._client.smembers(keys.CAMPAIGNS)}

    def note(self, campaign: str) -> None:
        """Note that a run looks at one."""
        pipe = self._client.pipeline(transaction=False)
        pipe.sadd(keys.CAMPAIGNS, campaign)
        pipe.pexpire(keys.CAMPAIGNS, self._memory_ms)
        pipe.execute()

    def forget(self, campaign: str) -> None:
        """Forget one that is gone, with all whom it had."""
        self._client.srem(keys.CAMPAIGNS, campaign)

    def has_holders(self, campaign: str) -> bool:
        """Say whether anybody is known on a code of one."""
        codes: Iterator[tuple[bytes, float]] = self._client.zscan_iter(keys.CODES + campaign)
        while some := [keys.ASSIGNMENTS + code.decode() for code, _ in islice(codes, _CHUNK)]:
            if self._client.exists(*some):
                return True
        return False

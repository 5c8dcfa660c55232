"""A ledger of effects whose time passes when a test says so."""

from typing import Any

from redis import Redis

from inbox import keys
from inbox.effects import Effect, Effects


MEMORY_SECONDS = 3600


class Ledger(Effects):
    """The real one, on a store that a test may look into."""

    def __init__(self, store: Redis, memory_seconds: int = MEMORY_SECONDS) -> None:
        super().__init__(store, memory_seconds=memory_seconds)
        self.store = store

    def pass_time(self, seconds: float) -> None:
        """Let time pass for all effects and locks: what is stored is moved back."""
        for key in self._keys(keys.EFFECT):
            for state in ("planned", "sent", "answered", "unknown", "confirmed", "refused"):
                if self.store.hexists(key, state):
                    self.store.hincrby(key, state, -int(seconds * 1000))
        for key in self._keys(keys.CARD):
            left = int(self.store.pttl(key)) - int(seconds * 1000)
            if left > 0:
                self.store.pexpire(key, left)
            else:
                self.store.delete(key)

    def forget(self) -> None:
        """Forget everything, as after the ledger's memory or with another store."""
        self.store.flushall()

    def card_owner(self, card: str) -> str | None:
        """Tell which effect may change a card."""
        found: Any = self.store.get(keys.CARD + card)
        return found.decode() if found else None

    def all(self) -> dict[str, Effect]:
        """List all effects."""
        names = [key.decode().removeprefix(keys.EFFECT) for key in self._keys(keys.EFFECT)]
        return {name: found for name in names if (found := self.get(name))}

    def _keys(self, prefix: str) -> list[bytes]:
        found: Any = self.store.keys(prefix + "*")
        return sorted(found)

"""A ledger of effects whose time passes when a test says so."""

from datetime import UTC, datetime
from typing import Any

from inbox.ledger import Effects
from inbox.model.effect import Effect
from inbox.store.client import StoreClient
from tests.engine import KEYS


MEMORY_SECONDS = 3600


class Ledger(Effects):
    """The real one, on a store that a test may read and that lost nothing unless it says so."""

    def __init__(self, store: StoreClient, memory_seconds: int = MEMORY_SECONDS) -> None:
        super().__init__(store, memory_seconds=memory_seconds)
        self.store = store
        #: Since when the store has lost nothing; the servers of tests are but seconds old.
        self.intact_since: datetime | None = datetime(2020, 1, 1, tzinfo=UTC)

    def _intact_since(self, run: str, up_seconds: int, now: datetime) -> datetime | None:
        return super()._intact_since(run, up_seconds, now) and self.intact_since

    def pass_time(self, seconds: float) -> None:
        """Let time pass for all effects and locks: what is stored is moved back."""
        for key in self._named(KEYS.effect):
            for state in ("planned", "sent", "answered", "unknown", "confirmed", "refused"):
                if self.store.hexists(key, state):
                    self.store.hincrby(key, state, -int(seconds * 1000))
        for key in self._named(KEYS.card):
            left = int(self.store.pttl(key)) - int(seconds * 1000)
            if left > 0:
                self.store.pexpire(key, left)
            else:
                self.store.delete(key)

    def forget(self) -> None:
        """Forget everything, as after the ledger's memory or with another store."""
        self.store.flushall()

    def lose(self, effect: str) -> None:
        """Forget all that was noted of an effect since it was planned, as a crash may."""
        stands = self.store.hgetall(KEYS.effect + effect)
        later = set(stands) & {b"sent", b"answered", b"unknown", b"confirmed", b"refused", b"sends"}
        self.store.hdel(KEYS.effect + effect, *later)
        self.store.hset(KEYS.effect + effect, "state", "planned")
        for key in self._named(KEYS.card):
            self.store.delete(key)

    def card_owner(self, card: str) -> str | None:
        """Return which effect may change a card."""
        found: Any = self.store.get(KEYS.card + card)
        return found.decode() if found else None

    def all(self) -> dict[str, Effect]:
        """List all effects."""
        names = [key.decode().removeprefix(KEYS.effect) for key in self._named(KEYS.effect)]
        return {name: found for name in names if (found := self.get(name))}

    def _named(self, prefix: str) -> list[bytes]:
        found: Any = self.store.keys(prefix + "*")
        return sorted(found)

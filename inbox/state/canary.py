"""What the fleet knows of its canary: a synthetic event that is handled as all others."""

from datetime import datetime
from typing import Final

from inbox.store import scripts
from inbox.store.client import StoreClient


#: A canary that no worker asks for any more is forgotten after this, and its age with it. Longer
#: than workers may be gone unnoticed, because its age is what shows that.
KNOWN_SECONDS: Final = 604_800


class CanaryRecord:
    """Whose turn it is to send, and when the last one came through; all by the store's clock."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._keys = client.names
        self._turn = scripts.load(client, "canary_turn")
        self._handled = scripts.load(client, "canary_handled")

    def turn(self, caller: str, interval_seconds: float) -> int | None:
        """Claim the turn of this interval; return the time in ms, None if it is taken."""
        args: list[str | int] = [caller, int(interval_seconds * 1000), KNOWN_SECONDS * 1000]
        return self._turn(args=args) or None

    def handled(self, sent: datetime) -> float:
        """Store that one came through; return the seconds it took."""
        delay_ms: int = self._handled(args=[int(sent.timestamp() * 1000)])
        return delay_ms / 1000

    def forget(self) -> None:
        """Forget the canary: none is to be sent, so it has no age."""
        self._client.delete(self._keys.canary)

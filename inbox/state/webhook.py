"""What the fleet knows of the webhook itself: whether Voucherify still sends anything at all."""

from enum import StrEnum
from typing import Final

from inbox.store import scripts
from inbox.store.client import StoreClient


#: What no worker checks any more is forgotten after this, and its age with it. Longer than workers
#: may be gone unnoticed, because its age is what shows that.
KNOWN_SECONDS: Final = 604_800


class WebhookState(StrEnum):
    """The result of a check."""

    ACTIVE = "active"
    OFF = "off"
    NONE = "none"


class WebhookRecord:
    """Whose turn the next check is, and the result of the last; all by the store's clock."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._keys = client.names
        self._turn = scripts.load(client, "webhook_turn")
        self._saw = scripts.load(client, "webhook_saw")

    def turn(self, caller: str, interval_seconds: float) -> bool:
        """Claim the turn of this interval; False if it is taken."""
        args: list[str | int] = [caller, int(interval_seconds * 1000), KNOWN_SECONDS * 1000]
        return bool(self._turn(args=args))

    def saw(self, state: WebhookState, *, listed: bool | None) -> WebhookState | None:
        """
        StoreClient the result; return the one before, None if there was none.

        Args:
            state: of our webhook.
            listed: whether it says that the event is sent to it; None if there is none.
        """
        word = "" if listed is None else str(int(listed))
        before: bytes | str = self._saw(args=[state.value, word]) or ""
        found = before.decode() if isinstance(before, bytes) else before
        return WebhookState(found) if found in list(WebhookState) else None

    def forget(self) -> None:
        """Forget the webhook: no worker is to check it."""
        self._client.delete(self._keys.webhook)

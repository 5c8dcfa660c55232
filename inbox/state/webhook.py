"""What the fleet knows of the webhook itself: whether Voucherify still sends anything at all."""

from enum import StrEnum
from typing import Final

from redis import Redis

from inbox import keys
from inbox.store import scripts


#: What no worker looks at any more is forgotten, and its age with it. Longer than the workers may
#: be gone unseen, for its age is what tells of that.
KNOWN_SECONDS: Final = 604_800


class WebhookState(StrEnum):
    """What a look has found."""

    ACTIVE = "active"
    OFF = "off"
    NONE = "none"


class WebhookRecord:
    """Whose turn it is to look, and what the last look found; all by the store's clock."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._turn = scripts.load(client, "webhook_turn")
        self._saw = scripts.load(client, "webhook_saw")

    def turn(self, caller: str, interval_seconds: float) -> bool:
        """Take the turn of this interval; False if somebody has it."""
        args: list[str | int] = [caller, int(interval_seconds * 1000), KNOWN_SECONDS * 1000]
        return bool(self._turn(args=args))

    def saw(self, state: WebhookState, *, listed: bool | None) -> WebhookState | None:
        """
        Note what was found; gives what was found before, None if nothing was.

        Args:
            state: of our webhook.
            listed: whether it says that the event is sent to it; None if there is none.
        """
        word = "" if listed is None else str(int(listed))
        before: bytes | str = self._saw(args=[state.value, word]) or ""
        found = before.decode() if isinstance(before, bytes) else before
        return WebhookState(found) if found in list(WebhookState) else None

    def forget(self) -> None:
        """Nobody is to look: there is nothing that anybody should be told."""
        self._client.delete(keys.WEBHOOK)

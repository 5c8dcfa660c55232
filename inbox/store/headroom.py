import re
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from redis import Redis

from inbox.errors import InboxUnavailableError


#: Seconds, and bytes stored by this process, between two checks of the store's memory.
CHECK_EVERY_SECONDS: Final = 1.0
CHECK_EVERY_BYTES: Final = 512 * 1024

#: What a delivery takes in the store beside its body, roughly.
_BESIDE_A_BODY: Final = 2_048

#: What is kept free for work that was accepted: a twentieth, at least 8 MiB, at most a quarter.
_SHARE: Final = 20
_LEAST_BYTES: Final = 8 * 1024 * 1024
_MOST_SHARE: Final = 4

#: Names of policies, those of later servers too; nothing else of what the store says is repeated.
_POLICY: Final = re.compile(r"[a-z-]{1,32}")


class Headroom:
    """
    Keeps the last of the store's memory for the workers.

    Celery notes each message it takes; in a store that is full to the brim it cannot, and loses
    the message instead. So new webhooks are refused a little earlier than the store would:
    the workers continue, what they complete makes room, and accepting resumes by itself.
    """

    def __init__(self, client: Redis, *, clock: Callable[[], float] = monotonic) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._clock = clock
        self._checking = threading.Lock()
        self._check_at = 0.0
        self._stored = 0
        self._used_up = False
        self._policy: str | None = None

    def check(self, body_bytes: int = 0) -> None:
        """
        Refuse if too little is left; asks the store once a second or half a megabyte.

        Args:
            body_bytes: what is about to be stored.

        Raises:
            InboxUnavailableError: the store is full but for what the workers need.
        """
        # While nothing is accepted there is time to ask each time, and to resume at once.
        self._stored += body_bytes + _BESIDE_A_BODY
        due = self._used_up or self._stored >= CHECK_EVERY_BYTES or self._clock() >= self._check_at
        if due and self._checking.acquire(blocking=False):
            try:
                memory = self._client.info("memory")
                self._used_up, self._policy = is_used_up(memory), evicts(memory)
                self._check_at, self._stored = self._clock() + CHECK_EVERY_SECONDS, 0
            finally:
                self._checking.release()
        if self._used_up:
            raise InboxUnavailableError("full")

    def check_policy(self) -> None:
        """
        Refuse a store that makes room by throwing keys away, as the last check found.

        Raises:
            InboxUnavailableError: its maxmemory-policy, and what that means.
        """
        if self._policy is not None:
            raise InboxUnavailableError(
                "evicting",
                f"the store's maxmemory-policy is {self._policy}: when its memory is full, it "
                "throws away what was accepted, or what is known of what was taken back",
            )


def evicts(memory: dict[str, Any]) -> str | None:
    """
    Read from the server's INFO memory by which policy it evicts keys; None if it does not.

    `allkeys-…` takes webhooks and jobs. `volatile-…` takes keys that have an end: the ledger of
    effects and the removals that were handled, so that something would be taken back twice. INFO
    has it where CONFIG is forbidden, as on hosted stores; without a maxmemory nothing is evicted.
    """
    policy = str(memory.get("maxmemory_policy", "noeviction"))
    if policy == "noeviction" or int(memory.get("maxmemory", 0)) == 0:
        return None
    return policy if _POLICY.fullmatch(policy) else "not noeviction"


def is_used_up(memory: dict[str, Any]) -> bool:
    """Decide from the server's INFO memory; a server without `maxmemory` is never used up."""
    left = bytes_left(memory)
    return left is not None and left <= 0


def bytes_left(memory: dict[str, Any]) -> int | None:
    """Return from the server's INFO memory what webhooks may take; None without `maxmemory`."""
    most = int(memory.get("maxmemory", 0))
    if most == 0:
        return None
    # The server does not count these against maxmemory either.
    used = int(memory["used_memory"]) - int(memory.get("mem_not_counted_for_evict", 0))
    reserve = min(max(most // _SHARE, _LEAST_BYTES), most // _MOST_SHARE)
    return most - reserve - used

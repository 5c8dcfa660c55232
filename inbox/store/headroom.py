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
            raise InboxUnavailableError("evicting", said_of(self._policy))


def policy_of(memory: dict[str, Any]) -> str | None:
    """Return the maxmemory-policy in the server's INFO memory; None if that does not have it."""
    if "maxmemory_policy" not in memory:
        return None
    policy = str(memory["maxmemory_policy"])
    return policy if _POLICY.fullmatch(policy) else "not noeviction"


def evicts(memory: dict[str, Any]) -> str | None:
    """
    Read from the server's INFO memory by which policy it evicts keys; None if it does not.

    INFO has the policy where CONFIG is forbidden, as on hosted stores. With a `maxmemory` of 0
    nothing is evicted; one that is not reported at all may be any.
    """
    policy = policy_of(memory)
    if policy in {None, "noeviction"} or int(memory.get("maxmemory", 1)) == 0:
        return None
    return policy


def said_of(policy: str) -> str:
    """
    Return in words what a policy that evicts loses.

    `allkeys-…` takes any key. `volatile-…` takes those that have an end. Of ours these are the
    notes of work under way (effects that are not confirmed, removals and balances that a job is
    about), locks, and which customers were erased. Other policies may take any key.
    """
    loses = (
        "the notes of work under way, so that something may be taken back twice, and which "
        "customers were erased"
        if policy.startswith("volatile-")
        else "webhooks that were accepted, and what is known of what was taken back, so that it "
        "may be taken back twice"
    )
    return f"the store's maxmemory-policy is {policy}: when its memory is full, it deletes {loses}"


def is_used_up(memory: dict[str, Any]) -> bool:
    """Decide from the server's INFO memory; a server without `maxmemory` is never used up."""
    left = bytes_left(memory)
    return left is not None and left <= 0


def bytes_left(memory: dict[str, Any]) -> int | None:
    """Return from the server's INFO memory what webhooks may take; None without `maxmemory`."""
    most = bytes_usable(int(memory.get("maxmemory", 0)))
    return None if most is None else most - bytes_counted(memory)


def bytes_counted(memory: dict[str, Any]) -> int:
    """Return from the server's INFO memory what counts against `maxmemory`."""
    # Buffers for replicas and the append-only file do not; report_worker.lua counts the same.
    return int(memory["used_memory"]) - int(memory.get("mem_not_counted_for_evict", 0))


def bytes_usable(maxmemory: int) -> int | None:
    """Return the use from which webhooks are refused; None without a `maxmemory`, which is 0."""
    if maxmemory == 0:
        return None
    return maxmemory - min(max(maxmemory // _SHARE, _LEAST_BYTES), maxmemory // _MOST_SHARE)

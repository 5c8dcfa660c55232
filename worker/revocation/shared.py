"""What workers, and the threads of one, find out once for many removals."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Final, Protocol

from worker.revocation.client import Json, RevocationClient
from worker.services import Job


#: Longest wait for another thread that asks the same; most calls are answered by then.
_PATIENCE_SECONDS: Final = 2.0


class Learned(Protocol):
    """What workers have found out and share (`inbox.learned`)."""

    def get(self, name: str) -> Any:
        """Give what is known under a name; None for nothing."""

    def put(self, name: str, value: Any, *, seconds: int) -> None:
        """Remember something for so long."""

    def forget(self, name: str) -> None:
        """Forget it."""


class InMemory:
    """What one process has found out, where there is no store to share it by."""

    #: Things that are remembered at the same time.
    MOST: Final = 1000

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Any]] = {}

    def get(self, name: str) -> Any:
        """Give what is known under a name; None for nothing."""
        until, value = self._known.get(name, (0.0, None))
        return value if monotonic() < until else None

    def put(self, name: str, value: Any, *, seconds: int) -> None:
        """Remember something for so long."""
        self._known[name] = (monotonic() + seconds, value)
        for old in list(self._known)[: -self.MOST]:
            self._known.pop(old, None)

    def forget(self, name: str) -> None:
        """Forget it."""
        self._known.pop(name, None)


class Turns:
    """Lets one thread at a time do what goes by the same name."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Wait for the turn, for two seconds at most: a hanging call holds up nobody else."""
        with self._guard:
            lock, users = self._locks.get(name, (threading.Lock(), 0))
            self._locks[name] = (lock, users + 1)
        taken = lock.acquire(timeout=_PATIENCE_SECONDS)
        try:
            yield
        finally:
            if taken:
                lock.release()
            with self._guard:
                lock, users = self._locks.pop(name)
                if users > 1:
                    self._locks[name] = (lock, users - 1)


@dataclass(slots=True)
class _Kept:
    since: datetime
    read_at: datetime
    happened: list[Json] = field(default_factory=list)


class Activities:
    """
    What happened to referrers.

    When many referees of one referrer leave, each removal asks for the same list. One that was
    read after a removal holds all that the removed assignment can have earned.
    """

    #: Lists that are kept at the same time.
    MOST: Final = 8

    #: How long one is kept.
    SECONDS: Final = 60.0

    def __init__(self, client: RevocationClient) -> None:
        self._client = client
        self._turns = Turns()
        self._kept: dict[str, _Kept] = {}

    def of(self, customer: str, since: datetime, until: datetime, job: Job) -> list[Json]:
        """List what happened to a customer from one time until another, at least."""
        with self._turns.of(customer):
            now, kept = job.now(), self._kept.get(customer)
            if kept and (now - kept.read_at).total_seconds() <= self.SECONDS:
                if kept.since <= since and until <= kept.read_at:
                    return kept.happened
                # Other removals' assignments began earlier, so it is not read for this one alone.
                since = min(since, kept.since)
            found = list(self._client.activity(customer, since.isoformat(), job) or ())
            self._keep(customer, _Kept(since, now, found))
            return found

    def _keep(self, customer: str, kept: _Kept) -> None:
        self._kept[customer] = kept
        for old in list(self._kept)[: -self.MOST]:
            self._kept.pop(old, None)

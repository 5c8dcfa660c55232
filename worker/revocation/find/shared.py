"""Shares among workers, and the threads of one, what is read once for many removals."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from worker.job import Job
from worker.voucherify.values import Json


#: Longest wait for another thread that reads the same; most calls are answered by then.
PATIENCE_SECONDS: Final = 2.0


class Learned(Protocol):
    """What workers know and share (`inbox.state.learned`)."""

    def get(self, name: str) -> Any:
        """Return what is known under a name; None for nothing."""

    def put(self, name: str, value: Any, *, seconds: int) -> None:
        """Remember something for so long."""

    def forget(self, name: str) -> None:
        """Forget it."""


class Turns:
    """Lets one thread at a time do what has the same name."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Wait for the turn, for two seconds at most, so a hanging call does not block others."""
        with self._guard:
            lock, users = self._locks.get(name, (threading.Lock(), 0))
            self._locks[name] = (lock, users + 1)
        taken = lock.acquire(timeout=PATIENCE_SECONDS)
        try:
            yield
        finally:
            if taken:
                lock.release()
            with self._guard:
                lock, users = self._locks.pop(name)
                if users > 1:
                    self._locks[name] = (lock, users - 1)


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """
    A list that was read once for many removals.

    Attributes:
        since: it goes back to this time at least.
        read_at: when reading it began, by the store's clock.
        items: what the API listed, newest first; None if whose list it is does not exist.
    """

    since: datetime
    read_at: datetime
    items: tuple[Json, ...] | None


class SharedLists:
    """
    Lists that many removals need: a referrer's activity, and the transactions of their card.

    When many referees of one referrer leave, each removal needs the same. A list that was read
    after a removal holds all that the removed assignment can have earned.
    """

    #: Lists that are kept at the same time.
    MOST: Final = 16

    #: How long one is kept.
    SECONDS: Final = 60.0

    def __init__(self) -> None:
        self._turns = Turns()
        self._kept: dict[str, ReadOnce] = {}

    def of(
        self,
        name: str,
        read: Callable[[datetime], Iterable[Json] | None],
        *,
        since: datetime,
        until: datetime,
        job: Job,
    ) -> ReadOnce:
        """
        Return a list that goes back to one time and was read after another.

        Args:
            name: what is listed.
            read: lists it from a time on, newest first; None if there is no such list.
            since: how far it must go back.
            until: after which time it must have been read.
            job: the job that needs it.
        """
        with self._turns.of(name):
            now, kept = job.now(), self._kept.get(name)
            if kept and (now - kept.read_at).total_seconds() <= self.SECONDS:
                if kept.since <= since and until <= kept.read_at:
                    return kept
                # Other removals' assignments began earlier, so it is read for them too.
                since = min(since, kept.since)
            items = read(since)
            found = ReadOnce(since, now, None if items is None else tuple(items))
            self._kept.pop(name, None)
            self._kept[name] = found
            for old in list(self._kept)[: -self.MOST]:
                self._kept.pop(old, None)
            return found

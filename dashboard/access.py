"""The tab's access to the store: outside Flower's loop, with short timeouts."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import Any, Final, TypeVar

from redis import RedisError

from inbox.admin.decisions import Decisions
from inbox.admin.queries import Admin
from inbox.admin.views import Stats
from inbox.errors import InboxUnavailableError, unavailable
from inbox.ledger import Effects
from inbox.store.connection import connect
from settings.store_address import StoreAddress


T = TypeVar("T")

log: Final = logging.getLogger(__name__)

#: The count in the bar is asked for by every open page; the store is asked this seldom.
COUNTS_SECONDS: Final = 2.0

#: Lists that are read at once, if the store has connections for them and one for the batches.
READERS: Final = 4

#: Failed jobs that may come and go before they are read ahead of the next page.
AHEAD: Final = 500

#: Seconds between two checks for batches of other processes.
CHECK_SECONDS: Final = 2.0


class AdminAccess:
    """What operators do, for Flower's handlers."""

    def __init__(
        self,
        store: StoreAddress,
        *,
        connections: int,
        dedupe_window_seconds: int,
        may_see_bodies: Callable[[str], bool],
    ) -> None:
        client = connect(
            store,
            # One of the process's connections is for the count in the bar.
            max_connections=max(1, min(READERS + 1, connections - 1)),
            answer_timeout=5.0,
            name="perkhook-flower",
        )
        quick = connect(store, max_connections=1, answer_timeout=1.0, name="perkhook-flower-count")
        self.may_see_bodies = may_see_bodies
        self.queries = Admin(client, dedupe_window_seconds=dedupe_window_seconds)
        self.decisions = Decisions(client, dedupe_window_seconds=dedupe_window_seconds)
        # It only reads; how long the ledger remembers is the workers' to say.
        self.effects = Effects(client, memory_seconds=1)
        self._quick = Admin(quick, dedupe_window_seconds=dedupe_window_seconds)
        self._readers = ThreadPoolExecutor(READERS, "perkhook-read")
        self._counter = ThreadPoolExecutor(1, "perkhook-count")
        self._counts: tuple[float, Stats | InboxUnavailableError] | None = None
        self._counting: asyncio.Task[None] | None = None
        self._more = Event()
        self._read_ahead = 0

    async def ask(self, what: Callable[..., T], /, *args: Any, **named: Any) -> T:
        """
        Ask the store off the loop.

        Raises:
            InboxUnavailableError: it does not answer as it should, and why.
        """
        return await self._run(self._readers, lambda: what(*args, **named))

    async def counts(self) -> Stats:
        """Count, at most every two seconds, however many pages ask."""
        if self._counts is None or monotonic() - self._counts[0] > COUNTS_SECONDS:
            if self._counting is None or self._counting.done():
                self._counting = asyncio.create_task(self._count())
            await self._counting
        assert self._counts is not None  # noqa: S101 - _count has just set it
        _, found = self._counts
        if isinstance(found, InboxUnavailableError):
            raise found
        return found

    @property
    def last_counts(self) -> Stats | None:
        """What was counted last, without asking; None if unknown."""
        found = self._counts[1] if self._counts else None
        return found if isinstance(found, Stats) else None

    async def _count(self) -> None:
        found: Stats | InboxUnavailableError
        try:
            found = await self._run(self._counter, self._quick.stats)
        except InboxUnavailableError as error:
            found = error
        self._counts = (monotonic(), found)
        if isinstance(found, Stats) and abs(found.failed - self._read_ahead) >= AHEAD:
            self._read_ahead = found.failed
            self._readers.submit(self.read_ahead)

    def read_ahead(self) -> None:
        """Read what a list would show, so that the first page after many failures is quick too."""
        with suppress(RedisError):
            self.decisions.rows.of("failed")

    @staticmethod
    async def _run(pool: ThreadPoolExecutor, what: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, what)
        except RedisError as error:
            raise unavailable(error) from error

    def carry_out_batches(self) -> None:
        """
        Work on batches from now on, in a thread that ends with the process.

        Batches of other Flowers and of the command line as well: each step is atomic, so it
        does not matter which process does it, and a batch whose process was killed is resumed here.
        """
        Thread(target=self._carry, name="perkhook-batches", daemon=True).start()

    def more_to_carry(self) -> None:
        """Wake the thread that works on batches, because one has begun."""
        self._more.set()

    def _carry(self) -> None:
        self.read_ahead()
        batches, away = self.decisions.batches, False
        while True:
            try:
                # One step each in turn: a short batch does not wait for the end of a long one.
                while running := batches.running():
                    for batch in running:
                        batches.step(batch)
                away = False
            except RedisError as error:
                # Once, and not every few seconds of an outage.
                if not away:
                    log.warning("perkhook: batches wait, for %s", unavailable(error).sentence)
                away = True
            except Exception as error:  # noqa: BLE001 - a thread must not end
                # silently. The error's text may hold what is in the store.
                log.error("perkhook: batches wait, for %s", type(error).__name__)  # noqa: TRY400
            self._more.wait(CHECK_SECONDS)
            self._more.clear()


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What one of Flower's applications shows.

    Attributes:
        access: to its inbox.
        brand: its name; "" where there is one.
        addresses: of all brands by name: what the addresses of their pages begin with, or "/".
    """

    access: AdminAccess
    brand: str
    addresses: Mapping[str, str]

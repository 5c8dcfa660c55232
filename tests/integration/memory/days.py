"""Days of a shop, played by the product's own steps in a store whose clock is moved."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from bench.remembering.filling import KINDS, fill
from bench.remembering.made import Made
from bench.remembering.steps import Past
from inbox.admin.fleet import Fleet
from inbox.admin.views import MemoryView
from inbox.model.time import ms_of
from inbox.state.reports import Reports
from tests.engine import connect
from tests.integration.memory.clock import MovedStore


#: What the workers do all day is done so often a day: each span of the forecast has its sample.
PARTS: Final = 6
PART: Final = timedelta(days=1) / PARTS

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """
    How many finished events the store remembers.

    Attributes:
        removals: with their effects, for REMOVAL_MEMORY_SECONDS.
        others: all within the de-duplication window but these removals' own markers.
    """

    removals: int
    others: int


class Days:
    """Plays days, one after the other."""

    def __init__(self, moved: MovedStore, *, seed: int = 1) -> None:
        self._moved = moved
        self.store: Any = connect(f"{moved.connection_url}/0", max_connections=8, answer_timeout=60)
        self._past = Past(self.store)
        self._reports = Reports(self.store)
        made = Made(seed)
        self._removals, self._unwanted = made.removals(), made.unwanted()

    def play(self, *, removals: int, unwanted: int) -> None:
        """
        Let a day pass that begins with so many events.

        Raises:
            InboxUnavailableError: an event was refused.
        """
        fill(self._past, KINDS["unwanted"], islice(self._unwanted, unwanted))
        fill(self._past, KINDS["removal"], islice(self._removals, removals))
        for _ in range(PARTS):
            self._past.keep()
            self._reports.worker("w1", 10, cap=None, breakers={}, reaped=True)
            self._moved.pass_time(PART)

    @property
    def memory(self) -> MemoryView:
        """What `python -m inbox stats` shows of the store's memory now."""
        memory = Fleet(self.store).read(sample=0).stats.memory
        assert memory is not None
        return memory

    def remembered(self) -> Remembered:
        """Count what is remembered."""
        names, week_ago = self.store.names, self._now_ms() - 7 * DAY_MS
        recent = self.store.xrange(names.archive, min=week_ago)
        removals, all_others = self.store.xlen(names.archive), self.store.xlen(names.completed)
        return Remembered(removals=removals, others=all_others - len(recent))

    def _now_ms(self) -> int:
        return ms_of(self.store.time())

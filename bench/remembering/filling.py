"""Fills a store with finished events of a kind."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from bench.remembering.made import Made, MadeEvent
from bench.remembering.steps import Past
from inbox.store.client import StoreClient


#: Python waits for the store and the store for Python: two at once keep both busy.
_THREADS: Final = 2

#: Events that are played before what is completed is folded.
_PART: Final = 500


@dataclass(frozen=True, slots=True)
class Play:
    """
    A kind of finished event.

    Attributes:
        made: yields events of it without end.
        run: lets one be accepted, handled and completed.
    """

    made: Callable[[Made], Iterator[Any]]
    run: Callable[[Past, Any], None]


#: What is weighed, by the names of the figures.
KINDS: Final = {
    "removal": Play(Made.removals, Past.removal),
    "dry-run": Play(Made.removals, Past.dry_run),
    "unwanted": Play(Made.unwanted, Past.unwanted),
}


def fill(past: Past, play: Play, events: Iterable[MadeEvent]) -> None:
    """Let events be handled, some at once, and fold what is completed."""

    def run(some: list[MadeEvent]) -> None:
        for event in some:
            play.run(past, event)

    source = iter(events)
    with ThreadPoolExecutor(_THREADS) as pool:
        while part := list(islice(source, _PART)):
            # An error of a thread is raised where its result is taken.
            list(pool.map(run, [part[n::_THREADS] for n in range(_THREADS)]))
            past.keep()


def forget_passing(client: StoreClient) -> None:
    """Remove what was left on each card, which the store forgets within a minute."""
    names = client.names
    store: Any = client
    found = list(store.scan_iter(f"{names.card}*:left", count=1_000))
    for first in range(0, len(found), _PART):
        store.delete(*found[first : first + _PART])

"""What is kept for hindsight, failed jobs and markers, within its bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from inbox.admin.views import KeptView, kept_completed, kept_failed
from inbox.archive.fold import A_STEP, Folding
from inbox.model.time import moment
from inbox.store import scripts
from inbox.store.client import StoreClient


#: A bound of failed jobs shows in the metrics so long before it drops anything.
NOTICE_SECONDS: Final = 3600

#: The most that one call drops, so that the store stays quick, and the most calls in one run.
JOBS_A_CALL: Final = 200
MARKERS_A_CALL: Final = 200
MOST_CALLS: Final = 500

#: Parts of the index that a call tidies: all of them in some hours.
BUCKETS_A_CALL: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long failed jobs, and removals with their effects, are kept; how many of each."""

    failed_seconds: int
    removal_seconds: int
    failed_most: int
    completed_most: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A failed job that was dropped: its reason, and the bound that was exceeded."""

    job: str
    reason: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """What one call dropped, and what is left."""

    dropped: tuple[Dropped, ...]
    markers: int
    failed: KeptView
    completed: KeptView


class Retention:
    """
    Folds what is completed and applies the bounds.

    Failed jobs beyond them end; jobs that are still to run stay.
    """

    def __init__(self, client: StoreClient, limits: Limits, *, dedupe_window_seconds: int) -> None:
        self._limits = limits
        self._window_ms = dedupe_window_seconds * 1000
        self._folding = Folding(client)
        self._trim = scripts.load(client, "trim")

    def _fold(self) -> None:
        # No pass goes on for ever: others come.
        for _ in range(MOST_CALLS):
            if self._folding.step() < A_STEP:
                return

    def trim(self) -> Iterator[Trimmed]:
        """
        Fold what is completed, then drop what is beyond the bounds, a batch a round trip.

        The caller reports each batch before the next is dropped.
        """
        for _ in range(MOST_CALLS):
            self._fold()
            now, failed, oldest, completed, markers, more, *dropped = self._trim(
                named={
                    "failed_seconds": self._limits.failed_seconds,
                    "failed_most": self._limits.failed_most,
                    "settled_most": self._limits.completed_most,
                    "notice_ms": NOTICE_SECONDS * 1000,
                    "jobs": JOBS_A_CALL,
                    "markers": MARKERS_A_CALL,
                    "window_ms": self._window_ms,
                    "memory_ms": self._limits.removal_seconds * 1000,
                    "buckets": BUCKETS_A_CALL,
                }
            )
            words = [word.decode() for word in dropped]
            yield Trimmed(
                dropped=tuple(Dropped(*words[i : i + 3]) for i in range(0, len(words), 3)),
                markers=markers,
                failed=kept_failed(
                    failed,
                    oldest=moment(oldest or None),
                    now=moment(now),
                    limit=self._limits.failed_most,
                    keep_seconds=self._limits.failed_seconds,
                ),
                completed=kept_completed(completed, limit=self._limits.completed_most),
            )
            if not more:
                return

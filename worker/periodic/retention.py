from collections.abc import Callable
from time import monotonic

import structlog

from inbox.admin.views import KeptView
from inbox.retention import Retention
from telemetry.report import report
from telemetry.safe_errors import SafeMessageError


log = structlog.get_logger()

#: How near a bound may come before it is told, and how often that is told again.
TOLD_FROM = 0.8
TOLD_EVERY_SECONDS = 3600.0


class FailedJobsDroppedError(SafeMessageError):
    """Failed jobs were dropped before anybody decided about them."""


class RetentionRun:
    """Keeps what is kept for hindsight within its bounds, and tells of each job dropped."""

    def __init__(self, keeper: Retention, clock: Callable[[], float] = monotonic) -> None:
        self._keeper = keeper
        self._clock = clock
        self._told: dict[str, float] = {}

    def run(self) -> None:
        """Drop what is beyond the bounds and warn of what comes near them."""
        jobs = markers = 0
        kept: tuple[KeptView, ...] = ()
        try:
            for batch in self._keeper.trim():
                for dropped in batch.dropped:
                    log.error(
                        "job.dropped", job=dropped.job, reason=dropped.reason, why=dropped.why
                    )
                jobs += len(batch.dropped)
                markers += batch.markers
                kept = (batch.failed, batch.settled)
        finally:
            # One report, whatever the number: a dead downstream's jobs all end on one day.
            if jobs:
                report(FailedJobsDroppedError(f"{jobs} failed jobs were dropped: see job.dropped"))
        if markers:
            log.info("markers.dropped", markers=markers)
        for each in kept:
            self._warn(each)

    def _warn(self, kept: KeptView) -> None:
        if kept.fill_ratio is None or kept.fill_ratio <= TOLD_FROM:
            return
        now = self._clock()
        if now - self._told.get(kept.set, -TOLD_EVERY_SECONDS) < TOLD_EVERY_SECONDS:
            return
        self._told[kept.set] = now
        log.warning(
            "kept.nearly_full",
            set=kept.set,
            count=kept.count,
            limit=kept.limit,
            fill_ratio=round(kept.fill_ratio, 3),
            next_drop=kept.next_drop and kept.next_drop.isoformat(timespec="seconds"),
        )

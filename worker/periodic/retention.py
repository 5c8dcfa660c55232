from collections.abc import Callable
from time import monotonic

import structlog

from inbox.admin.views import KeptView
from inbox.retention import Retention
from telemetry.report import report
from telemetry.safe_errors import SafeMessageError


log = structlog.get_logger()

#: The share of a bound from which a warning is logged, and how often.
WARN_FROM = 0.8
WARN_EVERY_SECONDS = 3600.0


class FailedJobsDroppedError(SafeMessageError):
    """Failed jobs were dropped before an operator decided about them."""


class RetentionRun:
    """Folds what is completed, keeps the rest within its bounds, and logs each job dropped."""

    def __init__(self, retention: Retention, clock: Callable[[], float] = monotonic) -> None:
        self._retention = retention
        self._clock = clock
        self._warned: dict[str, float] = {}

    def run(self) -> None:
        """Fold, drop what exceeds the bounds, and warn when a bound is near."""
        jobs = markers = 0
        kept: tuple[KeptView, ...] = ()
        try:
            for batch in self._retention.trim():
                for dropped in batch.dropped:
                    log.error(
                        "job.dropped", job=dropped.job, reason=dropped.reason, why=dropped.why
                    )
                jobs += len(batch.dropped)
                markers += batch.markers
                kept = (batch.failed, batch.completed)
        finally:
            # One report for all: the jobs of a dead downstream end on the same day.
            if jobs:
                report(FailedJobsDroppedError(f"{jobs} failed jobs were dropped: see job.dropped"))
        if markers:
            log.info("markers.dropped", markers=markers)
        for each in kept:
            self._warn(each)

    def _warn(self, kept: KeptView) -> None:
        if kept.fill_ratio is None or kept.fill_ratio <= WARN_FROM:
            return
        now = self._clock()
        if now - self._warned.get(kept.set, -WARN_EVERY_SECONDS) < WARN_EVERY_SECONDS:
            return
        self._warned[kept.set] = now
        log.warning(
            "kept.nearly_full",
            set=kept.set,
            count=kept.count,
            limit=kept.limit,
            fill_ratio=round(kept.fill_ratio, 3),
            next_drop=kept.next_drop and kept.next_drop.isoformat(timespec="seconds"),
        )

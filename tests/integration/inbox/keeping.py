"""Bounds for tests that trim, and the time that they must have been known."""

from collections.abc import Iterator
from typing import Any

from inbox.retention import NOTICE_SECONDS, Dropped, Limits, Retention, Trimmed
from tests.conftest import WINDOW_SECONDS
from tests.engine import KEYS


DAY = 86_400
AGE = "failed longer than FAILED_KEEP_SECONDS"
COUNT = "more failed jobs than FAILED_KEEP_MOST"


def limits(
    *, failed_seconds: int = DAY, failed_most: int = 1000, completed_most: int = 1000
) -> Limits:
    """Return bounds that are wide but for those named."""
    return Limits(
        removal_seconds=WINDOW_SECONDS,
        failed_seconds=failed_seconds,
        failed_most=failed_most,
        completed_most=completed_most,
    )


def keeper(store: Any, **bounds: int) -> Retention:
    """Make a keeper of these bounds."""
    return Retention(store, limits(**bounds), dedupe_window_seconds=WINDOW_SECONDS)


def known_long_enough(store: Any) -> None:
    """Let the time pass that a bound must have shown before it drops a failed job."""
    store.hincrby(KEYS.limits, "since", -NOTICE_SECONDS * 1000)


def noticed(store: Any, **bounds: int) -> Retention:
    """Make a keeper whose bounds have been known for long enough."""
    found = limits(**bounds)
    fields = {
        "failed_seconds": found.failed_seconds,
        "failed_most": found.failed_most,
        "settled_most": found.completed_most,
        "since": 1,
    }
    store.hset(KEYS.limits, mapping=fields)
    return keeper(store, **bounds)


def dropped(batches: Iterator[Trimmed]) -> list[Dropped]:
    """Trim to the end; return the failed jobs that went."""
    return [job for batch in batches for job in batch.dropped]


def failed_ago(store: Any, job: str, seconds: float) -> None:
    """Let a job have failed so long ago."""
    since = int(store.zscore(KEYS.failed, job)) - round(seconds * 1000)
    store.zadd(KEYS.failed, {job: since}, xx=True)
    store.hset(KEYS.job + job, "since", since)

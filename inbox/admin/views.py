"""What operators see of the whole store: frozen values."""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """How much waits in one queue, and since when."""

    queue: str
    jobs: int
    messages: int
    oldest: datetime | None

    def and_fresh(self, jobs: int, oldest: datetime | None) -> "QueueView":
        """Return it with the unclaimed deliveries."""
        times = [each for each in (self.oldest, oldest) if each]
        return replace(self, jobs=self.jobs + jobs, oldest=min(times, default=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """
    Something that is kept for hindsight within bounds: failed jobs, or markers.

    Attributes:
        set: `failed` or `settled`.
        count: how many there are.
        limit: how many there may be; None until a worker has reported.
        keep_seconds: how long one is kept; None if unknown, or bounded by its own TTL.
        oldest: the one that is dropped next.
        next_drop: when that is, unless the limit comes first.
        fill_ratio: how near the nearest bound is, from 0; from 1 on something is dropped.
    """

    set: str
    count: int
    limit: int | None
    keep_seconds: int | None = None
    oldest: datetime | None = None
    next_drop: datetime | None = None
    fill_ratio: float | None = None


def kept_failed(
    count: int,
    *,
    oldest: datetime | None,
    now: datetime,
    limit: int | None,
    keep_seconds: int | None,
) -> KeptView:
    """Return how near failed jobs are to being dropped, by count and by age."""
    ratio, next_drop = None, None
    if limit is not None and keep_seconds is not None:
        ratio = count / limit
        if oldest is not None:
            keep = timedelta(seconds=keep_seconds)
            ratio, next_drop = max(ratio, (now - oldest) / keep), oldest + keep
    return KeptView(
        set="failed",
        count=count,
        limit=limit,
        keep_seconds=keep_seconds,
        oldest=oldest,
        next_drop=next_drop,
        fill_ratio=ratio,
    )


def kept_completed(count: int, *, limit: int | None) -> KeptView:
    """Return how near markers are to being dropped early."""
    ratio = None if limit is None else count / limit
    return KeptView(set="settled", count=count, limit=limit, fill_ratio=ratio)


class FillState(StrEnum):
    """What is known of when the store is full."""

    UNKNOWN = "unknown"
    NO_LIMIT = "no_limit"
    STEADY = "steady"
    FILLING = "filling"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryView:
    """
    The store's memory in bytes.

    Attributes:
        limit: its `maxmemory`; None if it has none.
        left: what webhooks may take before they are refused; None without a limit.
        policy: its `maxmemory-policy`; None if it is not reported.
        evicts: whether it deletes keys by that when it is full.
        daily: how much a day is added, below 0 if it gets less; None while that is unknown.
        state: what is known of when it is full.
        full_days: in how many days webhooks are refused; None unless the store fills or is full.
    """

    used: int
    limit: int | None
    left: int | None
    policy: str | None = None
    evicts: bool = False
    daily: float | None = None
    state: FillState = FillState.UNKNOWN
    full_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The inbox at a glance."""

    queues: tuple[QueueView, ...]
    running: int
    waiting: int
    next_try: datetime | None
    failed: int
    oldest_failed: datetime | None
    held: int
    counts: dict[str, int] = field(default_factory=dict)
    kept: tuple[KeptView, ...] = ()
    memory: MemoryView | None = None

    @property
    def kept_failed(self) -> KeptView:
        """Return how near failed jobs are to being dropped."""
        return next(each for each in self.kept if each.set == "failed")


def as_plain(view: Any) -> dict[str, Any]:
    """Return a view ready for JSON: times as ISO 8601 text."""
    plain: dict[str, Any] = _plain(asdict(view))
    return plain


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(timespec="milliseconds")
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
    return value

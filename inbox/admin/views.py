"""What operators see of the store: frozen values, read without changing anything."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from inbox.ids import delivery_of, name_of
from inbox.model.time import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """
    One run of a job that did not succeed.

    Attributes:
        trace: where an error was that nobody expected, frame by frame; empty for all others.
    """

    task: str
    started: datetime | None
    ended: datetime | None
    reason: str
    error: str
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """Who sent a job again last."""

    action: str
    who: str
    why: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job that is owed."""

    job: str
    name: str
    delivery: str
    queue: str
    state: str
    since: datetime | None
    next_try: datetime | None
    tries: int
    dispatches: int
    losses: int
    reason: str | None
    error: str | None
    runs: tuple[RunView, ...] = ()
    decided: DecisionView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """An accepted body: its jobs, and how those that are over have ended."""

    delivery: str
    received: datetime | None
    settled: datetime | None
    erased: datetime | None
    owed: int
    body_bytes: int | None
    facts: dict[str, str]
    ended: dict[str, str]
    jobs: tuple[JobView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """How much waits in one queue, and since when."""

    queue: str
    jobs: int
    messages: int
    oldest: datetime | None

    def and_fresh(self, jobs: int, oldest: datetime | None) -> "QueueView":
        """Add those that were accepted and not claimed since."""
        times = [each for each in (self.oldest, oldest) if each]
        return replace(self, jobs=self.jobs + jobs, oldest=min(times, default=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """
    Something that is kept for hindsight within bounds: failed jobs, or markers.

    Attributes:
        set: `failed` or `settled`.
        count: how many there are.
        limit: how many there may be; None until a worker has told.
        keep_seconds: how long one is kept; None if unknown, or bounded by its own TTL.
        oldest: the one that goes next.
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
    """Tell how near failed jobs are to being dropped, by count and by age."""
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


def kept_settled(count: int, *, limit: int | None) -> KeptView:
    """Tell how near markers are to being dropped before their time."""
    ratio = None if limit is None else count / limit
    return KeptView(set="settled", count=count, limit=limit, fill_ratio=ratio)


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


def job_view(job: str, fields: dict[str, bytes], next_try: float | None) -> JobView:
    """Make a view of a job from its hash."""
    runs = sorted(
        (int(key.removeprefix("run:")), json.loads(value))
        for key, value in fields.items()
        if key.startswith("run:")
    )
    return JobView(
        job=job,
        name=name_of(job),
        delivery=delivery_of(job),
        queue=fields["queue"].decode(),
        state=fields["state"].decode(),
        since=moment(fields["since"]),
        next_try=moment(next_try),
        tries=int(fields.get("tries", 0)),
        dispatches=int(fields["dispatches"]),
        losses=int(fields.get("losses", 0)),
        reason=fields["reason"].decode() if "reason" in fields else None,
        error=fields["error"].decode() if "error" in fields else None,
        runs=tuple(
            RunView(
                task=run["task"],
                started=moment(run["started"]),
                ended=moment(run["ended"]),
                reason=run["reason"],
                error=run["error"],
                trace=run.get("trace", ""),
            )
            for _, run in runs
        ),
        decided=_decision(fields.get("decided")),
    )


def _decision(text: bytes | None) -> DecisionView | None:
    if text is None:
        return None
    found = json.loads(text)
    return DecisionView(
        action=found["action"], who=found["who"], why=found["why"], at=moment(found["at"])
    )


def as_plain(view: Any) -> dict[str, Any]:
    """Make a view ready for JSON: times as ISO 8601 text."""
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

"""What operators see of deliveries and their jobs: frozen values."""

import json
from dataclasses import dataclass
from datetime import datetime

from inbox.archive.record import Record
from inbox.ids import delivery_of, name_of
from inbox.model.time import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """
    One run of a job that did not succeed.

    Attributes:
        trace: where an unexpected error was, frame by frame; else empty.
    """

    task: str
    started: datetime | None
    ended: datetime | None
    reason: str
    error: str
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """Who last sent a job again."""

    action: str
    who: str
    why: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A pending job."""

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
    """An accepted body: its jobs, and how those that have ended did."""

    delivery: str
    received: datetime | None
    completed: datetime | None
    erased: datetime | None
    pending: int
    body_bytes: int | None
    facts: dict[str, str]
    ended: dict[str, str]
    jobs: tuple[JobView, ...]


def archived_view(record: Record) -> DeliveryView:
    """Return the view of a delivery that is completed and archived."""
    return DeliveryView(
        delivery=record.delivery,
        received=moment(record.received),
        completed=moment(record.completed),
        erased=moment(record.erased),
        pending=0,
        body_bytes=None,
        facts=record.facts,
        ended=record.ended,
        jobs=(),
    )


def job_view(job: str, fields: dict[str, bytes], next_try: float | None) -> JobView:
    """Return the view of a job's hash."""
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

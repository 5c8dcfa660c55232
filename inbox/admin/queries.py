import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from redis import Redis, RedisError

from inbox import keys
from inbox.admin.views import (
    DeliveryView,
    JobView,
    KeptView,
    QueueView,
    Stats,
    job_view,
    kept_failed,
    kept_settled,
)
from inbox.ids import delivery_of, is_delivery_id, job_id_of
from inbox.model.time import moment
from inbox.store import scripts
from inbox.store.packing import unpack
from inbox.unclaimed import UnclaimedDeliveries


#: Jobs read from the store in one round trip.
PAGE = 500


class Admin:
    """The operators' face of the inbox, behind the command line and the pages."""

    def __init__(self, client: Redis, *, dedupe_window_seconds: int) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._window_ms = dedupe_window_seconds * 1000
        self._unfolding = UnclaimedDeliveries(client)
        self._scripts = {
            name: scripts.load(client, name) for name in ("retry", "discard", "release", "replay")
        }

    def stats(self) -> Stats:
        """Count what is owed, by state and queue."""
        names = {keys.DELIVERIES_QUEUE}
        names.update(name.decode() for name in self._client.smembers(keys.QUEUES))
        pipe = self._client.pipeline(transaction=False)
        for name in (queues := sorted(names)):
            pipe.zcard(keys.QUEUED + name)
            pipe.llen(name)
            pipe.zrange(keys.QUEUED + name, 0, 0, withscores=True)
        pipe.zcard(keys.FRESH)
        pipe.zrange(keys.FRESH, 0, 0, withscores=True)
        pipe.zcard(keys.RUNNING)
        pipe.zcard(keys.WAITING)
        pipe.zrange(keys.WAITING, 0, 0, withscores=True)
        pipe.zcard(keys.FAILED)
        pipe.zrange(keys.FAILED, 0, 0, withscores=True)
        pipe.zcard(keys.HELD)
        pipe.hgetall(keys.COUNTS)
        pipe.llen(keys.SETTLED)
        pipe.hgetall(keys.LIMITS)
        pipe.time()
        *found, settled, limits, now = _told(pipe.execute(raise_on_error=False))
        answers = iter(found)
        views = [
            QueueView(
                queue=name,
                jobs=next(answers),
                messages=next(answers) or 0,
                oldest=_score(next(answers)),
            )
            for name in queues
        ]
        fresh, first = next(answers), _score(next(answers))
        stats = Stats(
            queues=tuple(
                view.and_fresh(fresh, first) if view.queue == keys.DELIVERIES_QUEUE else view
                for view in views
            ),
            running=next(answers),
            waiting=next(answers),
            next_try=_score(next(answers)),
            failed=next(answers),
            oldest_failed=_score(next(answers)),
            held=next(answers),
            counts={key.decode(): int(value) for key, value in sorted(next(answers).items())},
        )
        kept = _kept(stats.failed, stats.oldest_failed, settled, limits, now)
        return replace(stats, kept=kept)

    def failed_count(self) -> int:
        """Count the jobs that failed for good."""
        return int(self._client.zcard(keys.FAILED))

    def held_count(self) -> int:
        """Count the jobs that the brake holds."""
        return int(self._client.zcard(keys.HELD))

    def held(self) -> Iterator[JobView]:
        """List the jobs that the brake holds, longest first."""
        return self._listed(keys.HELD, name=None, reason=None)

    def failed(self, *, name: str | None = None, reason: str | None = None) -> Iterator[JobView]:
        """List the jobs that failed for good, longest first."""
        return self._listed(keys.FAILED, name=name, reason=reason)

    def _listed(self, index: str, *, name: str | None, reason: str | None) -> Iterator[JobView]:
        """
        List the jobs of an index, a page a round trip.

        Jobs that are retried or discarded while this runs do not hide others: each page
        goes on behind the last job seen.
        """
        seen: set[str] = set()
        start: float | str = "-inf"
        while True:
            page = self._client.zrangebyscore(
                index, start, "+inf", start=0, num=PAGE + len(seen), withscores=True
            )
            fresh = [(job.decode(), score) for job, score in page if job.decode() not in seen]
            for view in self._jobs([job for job, _ in fresh]):
                if (name is None or view.name == name) and (
                    reason is None or view.reason == reason
                ):
                    yield view
            if not fresh:
                return
            start = fresh[-1][1]
            seen = {job.decode() for job, score in page if score == start}

    def some(self, jobs: list[str]) -> list[JobView]:
        """Read some jobs, with the history of their runs; those that have ended are left out."""
        return list(self._jobs(jobs))

    def job(self, job: str) -> JobView | None:
        """Read one job that is owed, with the history of its runs."""
        self._unfolding.unfold(delivery_of(job))
        return next(self._jobs([job]), None)

    def delivery(self, delivery: str) -> DeliveryView | None:
        """Read one delivery with its jobs; None if it was never here or is forgotten."""
        fields = self._unfolding.fields(delivery)
        if not fields:
            return None
        body = fields.get("body")
        owes = [key.removeprefix("owes:") for key in fields if key.startswith("owes:")]
        jobs = [f"{delivery}:{name}" for name in (keys.PROCESS, *sorted(owes))]
        return DeliveryView(
            delivery=delivery,
            received=moment(fields["received"]),
            settled=moment(fields.get("settled")),
            erased=moment(fields.get("erased")),
            owed=int(fields["owed"]),
            body_bytes=len(unpack(body)) if body else None,
            facts=json.loads(fields.get("facts", b"{}")),
            ended={
                key.removeprefix("end:"): value.decode()
                for key, value in fields.items()
                if key.startswith("end:")
            },
            jobs=tuple(self._jobs(jobs)),
        )

    def body(self, delivery: str) -> bytes | None:
        """Give the raw body back, byte for byte; None once the delivery is settled."""
        packed = self._unfolding.fields(delivery).get("body")
        return unpack(packed) if packed else None

    def retry(self, job: str, *, who: str, why: str = "") -> str:
        """
        (j) Send a failed job again, with all its tries; `queued`, or why not.

        Given a task, only that dispatch: if it was sent again meanwhile, it is `changed`.
        """
        return self._decide("retry", job, who, why)

    def discard(self, job: str, *, who: str, why: str) -> str:
        """(j) Give a failed or held job up for ever; `discarded`, or why not."""
        return self._decide("discard", job, who, why)

    def release(self, job: str, *, who: str, why: str = "") -> str:
        """Let a job that the brake holds act; `queued`, or why not."""
        return self._decide("release", job, who, why)

    def replay(self, delivery: str, *, who: str) -> str:
        """Process a stored delivery again for handlers it has not met; `queued`, or why not."""
        if not is_delivery_id(delivery):
            return "unknown"
        return _outcome(self._scripts["replay"](args=[delivery, who]))

    def _decide(self, action: str, job_or_task: str, who: str, why: str) -> str:
        job = job_id_of(job_or_task) or job_or_task
        seen = job_or_task.removeprefix(job).removeprefix(":")
        return _outcome(self._scripts[action](args=[job, seen, who, why, self._window_ms]))

    def _jobs(self, jobs: list[str]) -> Iterator[JobView]:
        pipe = self._client.pipeline(transaction=False)
        for job in jobs:
            pipe.hgetall(keys.JOB + job)
            pipe.zscore(keys.WAITING, job)
        answers = pipe.execute()
        for job, fields, next_try in zip(jobs, answers[::2], answers[1::2], strict=True):
            if fields:
                yield job_view(job, {k.decode(): v for k, v in fields.items()}, next_try)


def _kept(
    failed: int,
    oldest: datetime | None,
    settled: int,
    limits: dict[bytes, bytes],
    now: tuple[int, int],
) -> tuple[KeptView, ...]:
    bounds = {key.decode(): int(value) for key, value in limits.items()}
    return (
        kept_failed(
            failed,
            oldest=oldest,
            now=moment(now[0] * 1000 + now[1] // 1000),
            limit=bounds.get("failed_most"),
            keep_seconds=bounds.get("failed_seconds"),
        ),
        kept_settled(settled, limit=bounds.get("settled_most")),
    )


def _outcome(answer: list[bytes]) -> str:
    # What is refused because it is queued must not read like what was queued.
    return "already queued" if answer == [b"refused", b"queued"] else answer[-1].decode()


def _told(answers: list[Any]) -> list[Any]:
    """Give the answers; None for a queue that is none, for a foreign value stands in its place."""
    for answer in answers:
        if isinstance(answer, RedisError) and not _is_foreign(answer):
            raise answer
    return [None if isinstance(answer, RedisError) else answer for answer in answers]


def _is_foreign(error: RedisError) -> bool:
    return "WRONGTYPE" in str(error)


def _score(answer: list[tuple[bytes, float]]) -> Any:
    return moment(answer[0][1]) if answer else None

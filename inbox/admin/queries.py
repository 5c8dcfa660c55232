import json
from collections.abc import Iterator, Sequence
from typing import Any

from inbox import keys
from inbox.admin.fleet import Fleet
from inbox.admin.job_views import DeliveryView, JobView, archived_view, job_view
from inbox.admin.views import Stats
from inbox.archive.read import Archive
from inbox.ids import delivery_of, is_delivery_id, job_id_of
from inbox.model.time import moment
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.packing import unpack
from inbox.unclaimed import UnclaimedDeliveries


#: Jobs read from the store in one round trip.
PAGE = 500


class Admin:
    """What operators see and decide, job by job, behind the command line and the pages."""

    def __init__(self, client: StoreClient, *, dedupe_window_seconds: int) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._window_ms = dedupe_window_seconds * 1000
        self._fleet = Fleet(client)
        self._archive = Archive(client)
        self._unclaimed = UnclaimedDeliveries(client)
        self._scripts = {
            name: scripts.load(client, name) for name in ("retry", "discard", "release", "replay")
        }

    def stats(self) -> Stats:
        """Return what is pending, by state and queue, and what is kept."""
        return self._fleet.read(sample=0).stats

    def messages_in(self, queues: Sequence[str]) -> dict[str, int]:
        """Return how many messages are in each of these queues."""
        pipe = self._client.pipeline(transaction=False)
        for name in queues:
            pipe.llen(self._keys.celery + name)
        return dict(zip(queues, pipe.execute(), strict=True))

    def held_count(self) -> int:
        """Return how many jobs the rate cap holds."""
        return int(self._client.zcard(self._keys.held))

    def held(self) -> Iterator[JobView]:
        """Return the jobs that the rate cap holds, longest first."""
        return self._listed(self._keys.held)

    def failed(self) -> Iterator[JobView]:
        """Return the failed jobs, longest first."""
        return self._listed(self._keys.failed)

    def _listed(self, index: str) -> Iterator[JobView]:
        """
        Return the jobs of an index, a page a round trip.

        Jobs that are retried or discarded meanwhile do not hide others: each page begins behind
        the last job seen.
        """
        seen: set[str] = set()
        start: float | str = "-inf"
        while True:
            page = self._client.zrangebyscore(
                index, start, "+inf", start=0, num=PAGE + len(seen), withscores=True
            )
            fresh = [(job.decode(), score) for job, score in page if job.decode() not in seen]
            yield from self._jobs([job for job, _ in fresh])
            if not fresh:
                return
            start = fresh[-1][1]
            seen = {job.decode() for job, score in page if score == start}

    def some(self, jobs: list[str]) -> list[JobView]:
        """Return these jobs with the history of their runs; those that have ended are left out."""
        return list(self._jobs(jobs))

    def job(self, job: str) -> JobView | None:
        """Return a pending job with the history of its runs; None if there is none."""
        self._unclaimed.to_hashes(delivery_of(job))
        return next(self._jobs([job]), None)

    def delivery(self, delivery: str) -> DeliveryView | None:
        """Return a delivery with its jobs; None if it was never here or is forgotten."""
        fields = self._unclaimed.fields(delivery)
        if not fields:
            [record] = self._archive.deliveries([delivery])
            return archived_view(record) if record else None
        body = fields.get("body")
        names = [key.removeprefix("owes:") for key in fields if key.startswith("owes:")]
        jobs = [f"{delivery}:{name}" for name in (keys.PROCESS, *sorted(names))]
        return DeliveryView(
            delivery=delivery,
            received=moment(fields["received"]),
            completed=moment(fields.get("settled")),
            erased=moment(fields.get("erased")),
            pending=int(fields["owed"]),
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
        """Return the raw body, byte for byte; None once the delivery is completed."""
        packed = self._unclaimed.fields(delivery).get("body")
        return unpack(packed) if packed else None

    def retry(self, job: str, *, who: str, why: str = "") -> str:
        """
        (j) Send a failed job again, with all its tries; `queued`, or why not.

        Given a task, only that dispatch: if it was sent again meanwhile, it is `changed`.
        """
        return self._decide("retry", job, who, why)

    def discard(self, job: str, *, who: str, why: str) -> str:
        """(j) Discard a failed or held job; `discarded`, or why not."""
        return self._decide("discard", job, who, why)

    def release(self, job: str, *, who: str, why: str = "") -> str:
        """Release a job that the rate cap holds; `queued`, or why not."""
        return self._decide("release", job, who, why)

    def replay(self, delivery: str, *, who: str) -> str:
        """Process a stored delivery again for handlers it has not met; `queued`, or why not."""
        if not is_delivery_id(delivery):
            return "unknown"
        return _outcome(self._scripts["replay"](args=[delivery, who]))

    def _decide(self, action: str, job_or_task: str, who: str, why: str) -> str:
        job = job_id_of(job_or_task) or job_or_task
        seen = job_or_task.removeprefix(job).removeprefix(":")
        answer = self._scripts[action](
            named={"job": job, "seen": seen, "who": who, "why": why, "window_ms": self._window_ms}
        )
        return _outcome(answer)

    def _jobs(self, jobs: list[str]) -> Iterator[JobView]:
        pipe = self._client.pipeline(transaction=False)
        for job in jobs:
            pipe.hgetall(self._keys.job + job)
            pipe.zscore(self._keys.waiting, job)
        answers = pipe.execute()
        for job, fields, next_try in zip(jobs, answers[::2], answers[1::2], strict=True):
            if fields:
                yield job_view(job, {k.decode(): v for k, v in fields.items()}, next_try)


def _outcome(answer: list[bytes]) -> str:
    # What is refused because it is queued must not read like what was queued.
    return "already queued" if answer == [b"refused", b"queued"] else answer[-1].decode()

"""Failed, waiting and held jobs by the ten thousand."""

import json
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any, Final

from inbox.admin.fingerprint import fingerprint, normalised
from inbox.admin.selection import Row
from inbox.archive.read import Archive
from inbox.ids import delivery_of, name_of
from inbox.store import scripts
from inbox.store.client import StoreClient


#: The states that have a list.
STATES: Final = ("failed", "waiting", "held")

#: Jobs that one call of the script reads: some two milliseconds of the store's time.
A_CALL: Final = 500


class JobRows:
    """
    The jobs of each state, as lists show them.

    A job does not change while it stays in such a state, so what was read of it is kept as
    long as the index has it with the same time: a page costs the index and what is new.
    """

    def __init__(self, client: StoreClient) -> None:
        names = client.names
        self._indexes = {"failed": names.failed, "waiting": names.waiting, "held": names.held}
        self._index = scripts.load(client, "read_index")
        self._read = scripts.load(client, "read_jobs")
        self._archive = Archive(client)
        self._known: dict[str, dict[str, tuple[float, Row]]] = {state: {} for state in STATES}
        self._locks = {state: Lock() for state in STATES}

    def of(self, state: str) -> list[Row]:
        """Return the jobs in a state, longest first; a waiting job by its next try."""
        with self._locks[state]:
            return self._of(state)

    def _of(self, state: str) -> list[Row]:
        # To Lua an empty list is an empty object.
        found = json.loads(self._index(args=[self._indexes[state]])) or []
        index = {job: float(score) for job, score in zip(found[::2], found[1::2], strict=True)}
        known = self._known[state]
        kept = {
            job: known[job]
            for job, score in index.items()
            if job in known and known[job][0] == score
        }
        for job, fields in self.read([job for job in index if job not in kept]):
            # A job that has moved since the index was read is not in this state any more.
            if fields and fields[0] == state:
                next_try = int(index[job]) if state == "waiting" else None
                kept[job] = (index[job], _row(job, fields, next_try))
        self._known[state] = kept
        return [kept[job][1] for job in index if job in kept]

    def read(self, jobs: Sequence[str]) -> Iterator[tuple[str, list[Any]]]:
        """Return jobs as the script `read_jobs` gives them."""
        for start in range(0, len(jobs), A_CALL):
            some = jobs[start : start + A_CALL]
            answer: bytes = self._read(args=list(some))
            rows = json.loads(answer.decode("utf-8", "replace"))
            yield from zip(some, self._with_archived(some, rows), strict=True)

    def _with_archived(self, jobs: Sequence[str], rows: list[list[Any]]) -> list[list[Any]]:
        """Add how jobs ended whose delivery is archived."""
        ended = [n for n, fields in enumerate(rows) if not fields[0] and not fields[4]]
        if ended:
            records = self._archive.deliveries([delivery_of(jobs[n]) for n in ended])
            for n, record in zip(ended, records, strict=True):
                if record is not None:
                    rows[n][4] = record.ended.get(name_of(jobs[n]))
                    rows[n][6] = json.dumps(record.facts)
        return rows


def _row(job: str, fields: list[Any], next_try: int | None) -> Row:
    state, since, tries, dispatches, reason, error, facts = fields[:7]
    known = json.loads(facts) if facts else {}
    name, reason, error = name_of(job), reason or "", error or ""
    return Row(
        task=f"{job}:{dispatches}",
        job=job,
        delivery=delivery_of(job),
        name=name,
        state=state,
        since=int(since),
        next_try=next_try,
        tries=int(tries or 0),
        reason=reason,
        error=error,
        group=fingerprint(name, reason, normalised(error)),
        event_type=known.get("event_type") or "",
        event_id=known.get("event_id") or "",
        customer=known.get("customer") or "",
        holder=known.get("holder") or "",
        campaign=known.get("campaign") or "",
    )

"""An operator's decision about many jobs: stored whole first, then carried out in steps."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Final

from inbox.admin.selection import ACTIONS
from inbox.ids import job_id_of
from inbox.model.time import moment, ms_of
from inbox.store import scripts
from inbox.store.client import StoreClient


#: Jobs of one step: a few milliseconds of the store's time.
A_STEP: Final = 100

#: Jobs of one batch: as many as may have failed at all, unless that bound was raised.
MOST_JOBS: Final = 100_000

KEPT_SECONDS: Final = 30 * 86_400
KEPT_MOST: Final = 200

#: Jobs of a batch whose later states are shown.
WATCHED: Final = 1000

#: Reads jobs as the script `read_jobs` gives them (`inbox.admin.rows`).
ReadJobs = Callable[[Sequence[str]], Iterable[tuple[str, list[Any]]]]

_ID: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """
    The progress of a batch.

    Attributes:
        state: running, finished or stopped.
        what: what was chosen, in words.
        total: jobs chosen.
        dealt: jobs decided.
        done: how many came to which state.
        refused: how many were not touched, by the state they were in.
        idle: seconds since its last step.
    """

    batch: str
    state: str
    action: str
    who: str
    why: str
    what: str
    total: int
    dealt: int
    done: dict[str, int]
    refused: dict[str, int]
    started: datetime | None
    ended: datetime | None
    idle: float


class Batches:
    """Starts batches, carries them out, reports their progress."""

    def __init__(
        self, client: StoreClient, read_jobs: ReadJobs, *, dedupe_window_seconds: int
    ) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._read_jobs = read_jobs
        self._window_ms = dedupe_window_seconds * 1000
        self._start = scripts.load(client, "batch_start")
        self._step = scripts.load(client, "batch_step")

    def start(self, action: str, tasks: Sequence[str], *, who: str, why: str, what: str) -> str:
        """
        StoreClient what is to be done and return the batch's id; `carry_out` does it.

        Args:
            action: retry, discard or release.
            tasks: each job as the task that was seen; one that ran since is left alone.
            who: the operator.
            why: for the record.
            what: what was chosen, in words, for the record.

        Raises:
            ValueError: there is no such action, no job, or too many.
        """
        if not any(action in actions for actions in ACTIONS.values()):
            raise ValueError("the action must be retry, discard or release")
        if not 0 < len(tasks) <= MOST_JOBS:
            raise ValueError(f"choose from 1 to {MOST_JOBS} jobs")
        if any(job_id_of(task) in {None, task} for task in tasks):
            raise ValueError("a job is named by its task: <delivery>:<name>:<number>")
        batch = token_hex(8)
        self._start(
            named={
                "batch": batch,
                "action": action,
                "who": who,
                "why": why,
                "what": what,
                "kept_ms": KEPT_SECONDS * 1000,
                "most": KEPT_MOST,
            },
            args=dict.fromkeys(tasks),
        )
        return batch

    def step(self, batch: str) -> bool:
        """Decide about the next jobs; False when none is left. Any process may, at any time."""
        return self._next(batch, stop="")

    def carry_out(self, batch: str) -> None:
        """Decide about all jobs of a batch."""
        while self.step(batch):
            pass

    def stop(self, batch: str) -> None:
        """Leave alone the jobs that are not decided yet."""
        self._next(batch, stop="stop")

    def _next(self, batch: str, *, stop: str) -> bool:
        more = self._step(
            named={
                "batch": batch,
                "most": A_STEP,
                "window_ms": self._window_ms,
                "stop": stop,
                "watched": WATCHED,
            }
        )
        return bool(more)

    def get(self, batch: str) -> BatchView | None:
        """Return the progress of a batch; None if it is unknown, or too old."""
        if not _ID.fullmatch(batch):
            return None
        pipe = self._client.pipeline(transaction=False)
        pipe.hgetall(self._keys.batch + batch)
        pipe.time()
        found, now = pipe.execute()
        return _view(batch, found, ms_of(now)) if found else None

    def newest(self, number: int) -> list[BatchView]:
        """Return the newest batches."""
        ids = self._client.zrange(self._keys.batches, 0, number - 1, desc=True)
        return [view for batch in ids if (view := self.get(batch.decode()))]

    def running(self) -> list[str]:
        """Return the batches that have not ended, whichever process carries them out."""
        return [batch.decode() for batch in self._client.smembers(self._keys.batches + ":running")]

    def became(self, batch: str) -> dict[str, int]:
        """
        Count the states of the first thousand jobs of a batch.

        `succeeded` for those that have ended, `discarded`, `failed again`, `failed` for those
        that are unchanged, or their state.
        """
        if not _ID.fullmatch(batch):
            return {}
        tasks = self._client.lrange(self._keys.batch + batch + ":tasks", 0, WATCHED - 1)
        seen = dict(task.decode().rsplit(":", 1) for task in tasks)
        tally: dict[str, int] = {}
        for job, fields in self._read_jobs(list(seen)):
            word = _became(fields, seen[job])
            tally[word] = tally.get(word, 0) + 1
        return tally


def _became(fields: list[Any], seen: str) -> str:
    state, dispatches, end = fields[0], fields[3], fields[4]
    if state:
        return "failed again" if state == "failed" and dispatches != seen else str(state)
    if end and end.startswith("discarded by"):
        return "discarded"
    return "dropped" if end and end.startswith("dropped:") else "succeeded"


def _view(batch: str, found: dict[bytes, bytes], now_ms: int) -> BatchView:
    words = {key.decode(): value.decode() for key, value in found.items()}

    def tally(prefix: str) -> dict[str, int]:
        return {
            key.removeprefix(prefix): int(value)
            for key, value in sorted(words.items())
            if key.startswith(prefix)
        }

    return BatchView(
        batch=batch,
        **{name: words[name] for name in ("state", "action", "who", "why", "what")},
        total=int(words["total"]),
        dealt=int(words["next"]),
        done=tally("done:"),
        refused=tally("refused:"),
        started=moment(float(words["started"])),
        ended=moment(float(words["ended"])) if "ended" in words else None,
        idle=max(now_ms - int(words["moved"]), 0) / 1000,
    )

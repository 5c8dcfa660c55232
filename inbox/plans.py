"""
What a job would do, asked by an operator and answered by a worker.

Only a worker has the keys for reading from downstreams. So the command line and Flower put a
request into the store and wait for the answer (docs/decisions/0017-a-worker-makes-the-plan.md). The
job's own state, tries and lease are not changed.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from inbox.model.time import moment, ms_of
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.packing import unpack


#: A worker polls for requests twice a second; one that is busy with another takes longer.
PATIENCE_SECONDS: Final = 20.0

#: The longest time for a worker's answer; after that it may be asked again.
WORK_SECONDS: Final = 60.0

#: A request so soon after an answer is a double click.
NEW_SECONDS: Final = 3.0

KEPT_SECONDS: Final = 300.0

#: Requests that one poll skips because they are too old.
MOST_STALE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPreview:
    """
    What a job would do, sentence by sentence, without personal data.

    Attributes:
        steps: what it would do, in this order.
        reason: the plan in a few words, or why there is none.
        read: what the plan is based on.
        unresolved: what it would leave to an operator.
        possible: False if no plan can be made.
    """

    steps: tuple[str, ...] = ()
    reason: str
    read: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    possible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """
    The progress of a plan.

    Attributes:
        state: `none` if it was never asked for or is forgotten, `asked`, `working`, `made`, or
            `unanswered` when no worker has answered in time.
        since: when it came into this state.
        plan: once it is made.
    """

    job: str
    state: str
    since: datetime | None = None
    plan: PlanPreview | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A plan to be made; the body is None if there is nothing to decide any more."""

    job: str
    number: str
    now_ms: int
    body: bytes | None


class Plans:
    """Requests and answers, for both sides."""

    def __init__(self, client: StoreClient) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._ask = scripts.load(client, "plan_ask")
        self._take = scripts.load(client, "plan_take")
        self._answer = scripts.load(client, "plan_answer")

    def ask(self, job: str) -> str:
        """
        Ask for a plan: `asked`, `known` if that was just done, or the state that has none.

        Only about failed and held jobs there is something to decide.
        """
        times = {
            "asked_ms": PATIENCE_SECONDS,
            "working_ms": WORK_SECONDS,
            "made_ms": NEW_SECONDS,
            "kept_ms": KEPT_SECONDS,
        }
        answer: bytes = self._ask(
            named={"job": job, **{name: int(each * 1000) for name, each in times.items()}}
        )
        return answer.decode()

    def get(self, job: str) -> PlanView:
        """Return the progress of a plan."""
        pipe = self._client.pipeline(transaction=False)
        pipe.hmget(self._keys.plan + job, "state", "since", "answer")
        pipe.time()
        (state, since, answer), now = pipe.execute()
        if state is None:
            return PlanView(job=job, state="none")
        age = (ms_of(now) - int(since)) / 1000
        return PlanView(
            job=job,
            state=_state_now(state.decode(), age),
            since=moment(since),
            plan=_read(answer) if answer else None,
        )

    def take(self) -> Request | None:
        """Claim the next request, for a worker; None if there is none."""
        found = self._take(args=[int(PATIENCE_SECONDS * 1000), MOST_STALE])
        if not found:
            return None
        job, number, now, body = found
        return Request(job.decode(), number.decode(), now, unpack(body) if body else None)

    def answer(self, request: Request, plan: PlanPreview) -> bool:
        """Answer a request; False if it is no longer waited for."""
        answer, kept = json.dumps(asdict(plan)), int(KEPT_SECONDS * 1000)
        return bool(self._answer(args=[request.job, request.number, answer, kept]))


def _state_now(state: str, age: float) -> str:
    limits = {"asked": PATIENCE_SECONDS, "working": WORK_SECONDS}
    return "unanswered" if state in limits and age >= limits[state] else state


def _read(answer: bytes) -> PlanPreview:
    found = json.loads(answer)
    lists = {name: tuple(found[name]) for name in ("steps", "read", "unresolved")}
    return PlanPreview(reason=found["reason"], possible=found["possible"], **lists)

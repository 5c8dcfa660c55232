import os
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Literal

from inbox.breaker import CountedJob, NotAdmitted
from inbox.ids import job_id_of
from inbox.keys import PROCESS
from inbox.model.job import Claim, FannedOut, Reaped, Refused, SameAssignment, Stale
from inbox.model.rate import Rate
from inbox.privacy.redaction import customers_in, is_customer_id, redacted
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.packing import pack, unpack


#: A job that lost its worker more often is what kills workers, so it fails.
MOST_LOSSES = 5

#: The most jobs that one call of the reaper moves, so that the store stays quick.
REAP_BATCH = 200


#: What `fail` answers when the body is about a customer who was erased.
_REDACT_FIRST = 2


class Jobs:
    """
    The workers' part of the inbox. Every method is one round trip.

    Errors of the store (redis.RedisError) pass through: that worker has lost its lease, and
    another worker's reaper sends the job again.
    """

    def __init__(
        self,
        client: StoreClient,
        *,
        lease_seconds: int,
        dedupe_window_seconds: int,
        removal_memory_seconds: int,
    ) -> None:
        self._caller, self._calls = os.urandom(4).hex(), count()
        self._lease_ms = lease_seconds * 1000
        self._window_ms = dedupe_window_seconds * 1000
        self._memory_ms = removal_memory_seconds * 1000
        self._scripts = {
            name: scripts.load(client, name)
            for name in (
                "declare",
                "claim",
                "admit",
                "fan_out",
                "done",
                "wait",
                "postpone",
                "fail",
                "reap",
                "count_foreign",
            )
        }

    def declare(self, queues: Iterable[str]) -> None:
        """Make the queues that this worker serves known to the operators' tools."""
        self._scripts["declare"](args=list(queues))

    def count_foreign(self) -> None:
        """Count a message that was dropped because it is none of ours."""
        self._scripts["count_foreign"]()

    def claim(self, task: str) -> Claim | Refused:
        """(b) Claim the job of a Celery task under a lease."""
        job = job_id_of(task)
        if job is None:
            return Refused("unknown")
        call = f"{self._caller}{next(self._calls)}"
        answer = self._scripts["claim"](args=[job, self._lease_ms, call])
        if answer[0] != b"claimed":
            return Refused(answer[1].decode())
        _, fence, tries, received, now, queue, body, sent_again, erased = answer
        return Claim(
            job=job,
            task=task,
            queue=queue.decode(),
            fence=fence,
            tries=tries,
            received_ms=int(received),
            claimed_ms=now,
            body=unpack(body),
            sent_again=bool(sent_again),
            redacted=bool(erased),
        )

    def fan_out(
        self,
        claim: Claim,
        handlers: Sequence[tuple[str, str]],
        *,
        outcome: str,
        facts: str = "{}",
        identity: str = "",
        identity_of: Literal["assignment", "event"] = "assignment",
        customer: str = "",
        others: Sequence[str] = (),
        unwanted: bool = False,
    ) -> FannedOut | SameAssignment | Stale:
        """
        (c) Complete a process job and enqueue one job for each (handler, queue).

        Args:
            claim: the process job.
            handlers: name and queue of each handler that wants the event.
            outcome: how the process job ended, a few words without personal data.
            facts: JSON object of ids for operators, without personal data.
            identity: what must be handled once whichever body reports it; empty for none.
            identity_of: how long it is known: as removals are, or the de-duplication window.
            customer: the customer of the body; empty for none. Redacts the body in the same step if
                that customer was erased.
            others: its other customers, with the same effect.
            unwanted: only a marker of the event stays.
        """
        pairs = [word for pair in handlers for word in pair]
        named: dict[str, str | int | bytes] = {
            "job": claim.job,
            "fence": claim.fence,
            "outcome": outcome,
            "window_ms": self._window_ms,
            "facts": facts,
            "identity": identity,
            "identity_of": identity_of,
            "life_ms": self._memory_ms if identity_of == "assignment" else self._window_ms,
            "customers": " ".join(each for each in (customer, *others) if is_customer_id(each)),
            "redacted": "",
            "unwanted": "1" if unwanted else "",
        }
        answer = self._scripts["fan_out"](named=named, args=pairs)
        if answer[0] == b"erased":
            named["redacted"] = pack(redacted(claim.body))
            answer = self._scripts["fan_out"](named=named, args=pairs)
        match answer[0]:
            case b"fanned_out":
                return FannedOut(answer[1])
            case b"same_assignment":
                return SameAssignment(answer[1].decode())
        return Stale()

    def done(self, claim: Claim, outcome: str) -> bool:
        """(d) Complete a job; False if the lease was lost."""
        return bool(self._scripts["done"](args=[claim.job, claim.fence, outcome, self._window_ms]))

    def wait(
        self, claim: Claim, delay_seconds: float, reason: str, error: str, trace: str = ""
    ) -> int | None:
        """
        (e) Put a job back until its next try; return its time in ms, None if the lease was lost.

        `trace` says where an unexpected error was (`telemetry.places`).
        """
        return self._later("wait", claim, delay_seconds, reason=reason, error=error, trace=trace)

    def postpone(self, claim: Claim, delay_seconds: float, reason: str, error: str) -> int | None:
        """Put a job back without counting a try; returns as `wait`."""
        return self._later("postpone", claim, delay_seconds, reason=reason, error=error)

    def _later(self, script: str, claim: Claim, seconds: float, **why: str) -> int | None:
        delay_ms = int(seconds * 1000)
        answer: int = self._scripts[script](
            named={"job": claim.job, "fence": claim.fence, "delay_ms": delay_ms, **why}
        )
        return answer or None

    def counted(
        self, claim: Claim, most: Rate, campaign: str = "", most_of_campaign: Rate | None = None
    ) -> CountedJob:
        """
        Return what asks the rate cap to admit a job, or else holds the job for an operator.

        Args:
            claim: the job.
            most: how many jobs may be admitted in a time.
            campaign: the campaign that the job counts for; empty for none.
            most_of_campaign: the same for one campaign; None for any number.
        """
        if most_of_campaign is None:
            campaign, most_of_campaign = "", most
        named: dict[str, str | int] = {
            "job": claim.job,
            "fence": claim.fence,
            "cap": most.count,
            "cap_ms": most.ms,
            "campaign": campaign,
            "campaign_cap": most_of_campaign.count,
            "campaign_ms": most_of_campaign.ms,
        }

        def admit() -> NotAdmitted | None:
            [word, *_] = self._scripts["admit"](named=named)
            return None if word == b"open" else NotAdmitted(word.decode())

        return CountedJob(named, admit)

    def fail(self, claim: Claim, reason: str, error: str, trace: str = "") -> bool:
        """(f) Leave a job to an operator; False if the lease was lost."""
        named: dict[str, str | int | bytes] = {
            "job": claim.job,
            "fence": claim.fence,
            "reason": reason,
            "error": error,
            "trace": trace,
            "redacted": "",
        }
        # Before it is processed, the customer of a body is unknown.
        about = customers_in(claim.body) if claim.name == PROCESS else []
        answer = self._scripts["fail"](named=named, args=about)
        if answer == _REDACT_FIRST:
            named["redacted"] = pack(redacted(claim.body))
            answer = self._scripts["fail"](named=named)
        return bool(answer)

    def reap(
        self, caller: str, queues: Sequence[str], interval_seconds: float
    ) -> Reaped | Literal[False]:
        """
        (g) (h) (i) Send again what is due, what lost its worker and what lost its message.

        Returns:
            What was sent again; False if another worker has done it in this interval.
        """
        total, again = Reaped(), 0
        while True:
            answer = self._scripts["reap"](
                named={
                    "caller": caller,
                    "interval_ms": int(interval_seconds * 1000),
                    "again": again,
                    "most": REAP_BATCH,
                    "lease_ms": self._lease_ms,
                    "losses": MOST_LOSSES,
                },
                args=queues,
            )
            if not answer:
                return False
            total = Reaped(*(a + b for a, b in zip(total, answer, strict=True)))
            due, over, lost, given_up = answer
            if max(due, over + given_up, lost) < REAP_BATCH:
                return total
            again = 1

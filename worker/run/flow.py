"""One job from claim to end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TypeVar

import structlog

from inbox.breaker import CountedJob, NotAdmitted
from inbox.jobs import Jobs
from inbox.keys import PROCESS
from inbox.model.job import Claim, FannedOut, Refused, SameAssignment, Stale
from worker.effects.names import Origin
from worker.effects.steps import Steps
from worker.errors import PermanentError, RetryableError
from worker.handlers import HandlerTable, Registration
from worker.http_client.calls import check_time_left
from worker.run.admission import Admission, NotAdmittedError
from worker.run.campaign import campaign_of
from worker.run.complete import LEASE_LOST, Ending
from worker.run.fan_out import process
from worker.run.handle import hand_over, read_for
from worker.run.job import ClaimedJob
from worker.run.refuse import AgeLimit
from worker.run.stopping import Stopping, given_back
from worker.run.verdict import Completed, Ended, NotBegun
from worker.services import Services


log = structlog.get_logger()

T = TypeVar("T")

#: Tries after which a job without a handler fails. Before, a deployment may be rolling, in which
#: workers of the old release meet jobs of a new handler.
DEPLOYMENT_TRIES = 4

#: Share of the lease after which no outgoing call begins.
SAFE_SHARE_OF_LEASE = 0.8

#: Jobs whose number of calls to reserve is remembered.
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Runs jobs with these collaborators."""

    jobs: Jobs
    table: HandlerTable
    services: Services
    schedule: tuple[float, ...]
    lease_seconds: int
    chance: Callable[[], float]
    #: How old an event may be when its body is received; 0 for any age.
    max_event_age_seconds: int = 0
    #: The Voucherify project whose webhooks are handled; empty for any.
    project: str = ""
    #: Calls to reserve for jobs that were stopped half-way, or that need none. Nothing depends on
    #: it, so each process has its own.
    wanted: dict[str, int] = field(default_factory=dict)
    stopping: Stopping = field(default_factory=Stopping)
    #: Own handlers whose steps are reported and not taken.
    dry_run: frozenset[str] = frozenset()
    #: What this process runs now, by job and fence.
    running: dict[tuple[str, int], Claim] = field(default_factory=dict)

    def run(self, task: str) -> Ended:
        """
        Run the job of a Celery task if it is still pending.

        A message may come twice, late, or for a job that is long done. Only the inbox knows
        the job's state.
        """
        if self.stopping.begun:
            return NotBegun()
        started = monotonic()
        claim = self.jobs.claim(task)
        if isinstance(claim, Refused):
            log.info("job.refused", task=task, state=claim.state)
            return Completed(f"not run: {claim.state}")
        with structlog.contextvars.bound_contextvars(
            delivery=claim.delivery, job=claim.job, task=task, tries=claim.tries
        ):
            self.running[claim.job, claim.fence] = claim
            try:
                outcome, ids = self._work(claim, started)
            except Exception as error:  # noqa: BLE001 - the edge: no error may lose the job
                return self._ending.after(claim, error)
            finally:
                del self.running[claim.job, claim.fence]
            write = log.warning if outcome == _HELD else log.info
            write("job.done", outcome=outcome, seconds=round(monotonic() - started, 3), **ids)
            return Completed(outcome)

    @property
    def _ending(self) -> Ending:
        return Ending(
            jobs=self.jobs,
            table=self.table,
            schedule=self.schedule,
            chance=self.chance,
            lease_seconds=self.lease_seconds,
            stopping=self.stopping,
        )

    def _work(self, claim: Claim, started: float) -> tuple[str, Mapping[str, str]]:
        if claim.name == PROCESS:
            return self._fan_out(claim)
        return self._run_handler(claim, started), {}

    def _run_handler(self, claim: Claim, started: float) -> str:
        handler = self._handler(claim)
        event, about = read_for(handler, claim)
        try:
            outcome = self._handle(claim, handler, event, about, started)
        except NotAdmittedError as error:
            return _HELD if error.why is NotAdmitted.HELD else LEASE_LOST
        return outcome if self._ending.done(claim, outcome) else LEASE_LOST

    def _fan_out(self, claim: Claim) -> tuple[str, Mapping[str, str]]:
        pending = process(claim.body, self.table, self._age_limit(claim), project=self.project)
        done = self.jobs.fan_out(
            claim,
            pending.handlers,
            outcome=pending.outcome,
            facts=pending.facts,
            identity=pending.identity,
            identity_of=pending.identity_of,
            customer=pending.customer,
            others=pending.others,
            unwanted=pending.unwanted,
        )
        match done:
            case FannedOut():
                return pending.outcome, pending.ids
            case SameAssignment(delivery):
                return f"same {pending.identity_of} as delivery {delivery}", pending.ids
            case Stale():
                return LEASE_LOST, {}

    def _age_limit(self, claim: Claim) -> AgeLimit | None:
        # The operator who retries a job has checked it.
        if claim.sent_again or not self.max_event_age_seconds:
            return None
        return AgeLimit(
            received=_time_at(claim.received_ms, 0),
            most=timedelta(seconds=self.max_event_age_seconds),
        )

    def _handler(self, claim: Claim) -> Registration:
        handler = self.table.by_name.get(claim.name)
        if handler is None:
            message = f"no handler is called {claim.name}, here or in HANDLERS"
            if claim.tries < DEPLOYMENT_TRIES:
                raise RetryableError("no_handler", message)
            raise PermanentError("no_handler", message)
        return handler

    def _handle(
        self, claim: Claim, handler: Registration, event: object, about: Origin, started: float
    ) -> str:
        admission = Admission(
            self.services.breakers.get(handler.queue),
            f"{claim.job}:{claim.fence}",
            self.chance(),
            job=self._counted(claim, handler, event),
            reserve=self.wanted.get(claim.job, self.services.usual_calls),
            check=self.stopping.check,
        )
        try:
            with admission:
                job = self._job(claim, handler, about, started, admission)
                outcome = hand_over(handler, event, self.services, job)
                self.wanted.pop(claim.job, None)
        except Exception:
            if admission.reserve_next is not None:
                self._remember(claim.job, admission.reserve_next)
            raise
        return outcome

    def _counted(self, claim: Claim, handler: Registration, event: object) -> CountedJob | None:
        """Return a job that moves money as the rate cap counts it; None for another."""
        cap, of_campaign = self.services.cap, self.services.campaign_cap
        if cap is None or not handler.moves_money:
            return None
        return self.jobs.counted(claim, cap, campaign_of(event), of_campaign)

    def _job(
        self,
        claim: Claim,
        handler: Registration,
        about: Origin,
        started: float,
        admission: Admission,
    ) -> ClaimedJob:
        job = ClaimedJob(
            id=claim.job,
            delivery=claim.delivery,
            deadline=started + self.lease_seconds * SAFE_SHARE_OF_LEASE,
            now=lambda: _time_at(claim.claimed_ms, monotonic() - started),
            tries=claim.tries,
            # An operator who retries a job has fixed what stopped it.
            again=claim.fence > 1 and not (claim.sent_again and claim.tries == 1),
            count_call=admission.count_call,
            spare_call=admission.spare_call,
            limit_reached=admission.limit_reached,
            customer=about.customer,
            redacted=claim.redacted,
            steps=Steps(
                self.services.ledger,
                about,
                dry_run=handler.name in self.dry_run,
                begin=lambda: check_time_left(job),
            ),
        )
        return job

    def _remember(self, job: str, calls: int) -> None:
        if len(self.wanted) >= MOST_REMEMBERED:
            self.wanted.clear()
        self.wanted[job] = calls

    def running_tasks(self) -> list[str]:
        """Return the ids of the Celery tasks whose jobs run now."""
        return [claim.task for claim in list(self.running.values())]

    def give_back(self) -> int:
        """Give back all jobs that run, because the process ends now; return how many."""
        claims, error = list(self.running.values()), given_back()
        for claim in claims:
            self.jobs.postpone(claim, error.seconds, error.reason, str(error))
        return len(claims)


def _time_at(began_ms: int, seconds_later: float) -> datetime:
    return datetime.fromtimestamp(began_ms / 1000 + seconds_later, UTC)


_HELD = "held by the rate cap"

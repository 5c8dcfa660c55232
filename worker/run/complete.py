"""How runs of jobs end, and how that is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from redis import RedisError

from inbox.errors import is_outage
from inbox.jobs import Jobs
from inbox.model.job import Claim
from telemetry.places import places
from telemetry.report import report
from worker.errors import PostponedError
from worker.handlers import HandlerTable
from worker.outages import insist, outage
from worker.run.stopping import Stopping
from worker.run.verdict import Completed, Failed, Verdict, Waiting, decide, waits


log = structlog.get_logger()

T = TypeVar("T")

LEASE_LOST: Final = "not completed: the lease was lost, another run completes it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """
    Writes how runs end.

    While the store is unavailable the write is tried again until the lease is over, so that jobs
    continue when the store is back and not when their leases are over.
    """

    jobs: Jobs
    table: HandlerTable
    schedule: tuple[float, ...]
    chance: Callable[[], float]
    lease_seconds: int
    stopping: Stopping

    def done(self, claim: Claim, outcome: str) -> bool:
        """Write that a job is done; return false if another run has it by now."""
        return bool(self._write(lambda: self.jobs.done(claim, outcome)))

    def after(self, claim: Claim, error: Exception) -> Completed | Waiting | Failed:
        """
        Decide between another try and failing the job, and write it.

        An outage of the store uses up no try.
        """
        match error:
            case PostponedError():
                return self._postpone(claim, error)
            case RedisError() if is_outage(error):
                return self._postpone(claim, outage(error))
        return self._failed(claim, error)

    def _postpone(self, claim: Claim, error: PostponedError) -> Completed | Waiting:
        words = error.seconds, error.reason, str(error)
        if not self._write(lambda: self.jobs.postpone(claim, *words)):
            return Completed(LEASE_LOST)
        log.info("job.postponed", reason=error.reason, delay_seconds=round(error.seconds, 1))
        verdict = Verdict(reason=error.reason, error=str(error), delay_seconds=error.seconds)
        return Waiting(verdict)

    def _failed(self, claim: Claim, error: Exception) -> Completed | Waiting | Failed:
        handler = self.table.by_name.get(claim.name)
        schedule = waits(handler.retries if handler else None, self.schedule)
        verdict = decide(error, tries=claim.tries, schedule=schedule, chance=self.chance())
        reason, words, trace = verdict.reason, verdict.error, ""
        if not verdict.expected:
            trace = places(error)
            log.error("job.unexpected_error", reason=verdict.reason, exc_info=error)
            report(error, job=claim.job, delivery=claim.delivery)
        if verdict.delay_seconds is None:
            if not self._write(lambda: self.jobs.fail(claim, reason, words, trace)):
                return Completed(LEASE_LOST)
            log.error("job.failed", reason=reason, error=words)
            return Failed(verdict)
        delay = verdict.delay_seconds
        if not self._write(lambda: self.jobs.wait(claim, delay, reason, words, trace)):
            return Completed(LEASE_LOST)
        log.warning(
            "job.waiting",
            reason=reason,
            error=words,
            delay_seconds=round(verdict.delay_seconds, 1),
        )
        return Waiting(verdict)

    def _write(self, ending: Callable[[], T]) -> T:
        """Write how a run ended; after the lease another run does."""
        return insist(ending, seconds=self.lease_seconds, stopping=lambda: self.stopping.begun)

from collections.abc import Callable, Container
from time import monotonic
from typing import Final, Self

import structlog

from inbox.breaker import RESERVATION_MS, Breaker, BreakerOpen, CountedJob, NotAdmitted
from telemetry.report import report
from worker.errors import JobError, PostponedError, RetryableError


log = structlog.get_logger()

#: A job for which so many reserved calls are not enough uses up a try each time, so that it
#: comes to an end.
MOST_RESERVED: Final = 64

#: A job that reserved nothing and needs calls all the same reserves so many.
FEWEST_RESERVED: Final = 8

#: Wait of a job that has only optional calls left.
SPARE_SECONDS: Final = 20.0

#: A job that meets an open breaker waits a little longer than it is open, each by another while.
_SPREAD: Final = 0.5


class NotAdmittedError(Exception):
    """The run ends before it began; the inbox has its job's state already."""

    def __init__(self, why: NotAdmitted) -> None:
        super().__init__(why.value)
        self.why = why


class Admission:
    """
    One run's admission: by the rate cap, and to its downstream by the circuit breaker that all
    workers share.

    A downstream that is down is noticed once: its jobs wait without using up their tries, one
    of them tries again from time to time, and jobs of other downstreams are untouched.

    Args:
        breaker: of the downstream; None if none is called.
        caller: names the run.
        chance: from 0 to 1, spreads the waits of several jobs.
        job: is admitted by the rate cap first; None if it does not count.
        reserve: calls to reserve when the run enters.
        check: called before entering and before each call; raises if the run must end.
        lazy: enter only at the first call.
        private: reasons of errors that say nothing about the other callers' calls.
    """

    def __init__(
        self,
        breaker: Breaker | None,
        caller: str,
        chance: float,
        *,
        job: CountedJob | None = None,
        reserve: int,
        check: Callable[[], None] = lambda: None,
        lazy: bool = False,
        private: Container[str] = (),
    ) -> None:
        self._breaker = breaker
        self._job = job
        self._reserved = reserve
        self._caller = caller
        self._chance = chance
        self._check = check
        self._lazy = lazy
        self._private = private
        self._entered = False
        self._calls = 0
        self._spare_calls = 0
        #: Calls that the breaker keeps for this run; they need not be counted one by one until
        #: `_good_until`.
        self._held = 0
        self._good_until = 0.0
        #: Calls to reserve in the next run; None for as many as usual. More if the budget stopped
        #: this run half-way: else jobs that need more would keep stopping each other.
        self.reserve_next: int | None = None
        self._in_doubt = False
        self._alone = False

    def __enter__(self) -> Self:
        """
        Begin a run; its job is given the three methods that count its calls.

        Raises:
            NotAdmittedError, PostponedError: as `enter`.
        """
        if not self._lazy:
            self._check()
            self.enter()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """
        End the run, and report to the breaker how it ended.

        Raises:
            PostponedError: its error opened the breaker, or met it open: the job waits and uses
                up no try.
        """
        if error is not None and not isinstance(error, Exception):
            return
        if postponed := self.leave(error):
            raise postponed from error

    def enter(self) -> None:
        """
        Ask to run, and to call the downstream.

        Raises:
            NotAdmittedError: the rate cap has held the job, or another run has it.
            PostponedError: the downstream cannot be called now.
        """
        if self._breaker is not None:
            self._good_until = monotonic() + RESERVATION_MS / 1000
            answer = self._breaker.enter(self._caller, self._reserved, self._job)
            if isinstance(answer, NotAdmitted):
                raise NotAdmittedError(answer)
            if isinstance(answer, BreakerOpen):
                raise self._later(answer.reason, answer.wait_seconds)
            self._in_doubt, self._alone = answer.in_doubt, answer.alone
            most, _ = self._breaker.rate
            self._held = min(self._reserved, most) if most else self._reserved
        elif self._job is not None and (why := self._job.admit()):
            raise NotAdmittedError(why)
        self._entered = True

    def count_call(self) -> None:
        """
        Count a call that is made now.

        Raises:
            PostponedError: the budget is used up.
            RetryableError: it is, and this job needs more of it than any other.
        """
        self._check()
        if self._lazy and not self._entered:
            self.enter()
        number = self._calls + 1
        if number <= self._held and monotonic() < self._good_until:
            self._calls = number
            return
        if self._breaker is not None and (wait := self._breaker.use(self._caller, number)):
            later = self._later("budget", wait)
            self.reserve_next = max(2 * self._reserved, FEWEST_RESERVED)
            if self.reserve_next > MOST_RESERVED:
                self.reserve_next = MOST_RESERVED
                raise RetryableError(later.reason, str(later), retry_after_seconds=later.seconds)
            raise later
        self._calls = number

    def spare_call(self) -> None:
        """
        Count an optional call, one that moves no money. All calls after it are optional too.

        Raises:
            PostponedError: jobs that move money may need all calls that are left.
        """
        self._check()
        if self._breaker is None:
            return
        # What this run has reserved and not made is free for jobs that cannot wait.
        number, used = self._spare_calls + 1, min(self._calls, self._held)
        wait = self._breaker.use_spare(self._caller, number, used=used, reserved=self._held)
        self._held = 0
        if wait:
            # All that is left to do can wait, so the next run keeps no call from others.
            self.reserve_next = 0
            raise self._later("spare", max(wait, SPARE_SECONDS))
        self._spare_calls += 1

    def limit_reached(self, seconds: float) -> None:
        """
        Keep other jobs away until the downstream's own count starts anew.

        Others than our workers may use the same keys, so its count can be ahead of ours.
        """
        if self._breaker is not None:
            self._breaker.pause(self._caller, "limit_reached", seconds)
            log.info("downstream.limit_reached", seconds=round(seconds, 1))

    def leave(self, error: Exception | None) -> PostponedError | None:
        """Report how the run ended; return what to raise if its job must wait without a try."""
        breaker = self._breaker
        if breaker is None or not self._entered:
            return None
        self._end_run(breaker)
        if isinstance(error, JobError) and error.reason in self._private:
            error = None
        if isinstance(error, RetryableError) and error.outage:
            return self._outage(breaker, error)
        if self._in_doubt:
            if self._calls or self._spare_calls:
                breaker.well(self._caller)
            elif self._alone:
                breaker.skip(self._caller)
        return None

    def _end_run(self, breaker: Breaker) -> None:
        if self._held:
            breaker.end_run(self._caller, min(self._calls, self._held), self._held)
            self._held = 0

    def _outage(self, breaker: Breaker, error: RetryableError) -> PostponedError | None:
        if error.pause_seconds is not None:
            wait, opened = breaker.pause(self._caller, error.reason, error.pause_seconds)
        else:
            wait, opened = breaker.failed(self._caller, error.reason)
        if opened:
            # Once for all jobs that wait behind it.
            log.error("downstream.shut", reason=error.reason, seconds=round(wait, 1))
            if error.pause_seconds is None:
                report(error, downstream=breaker.name)
        # The half-open breaker's one caller uses up a try, so that a job which itself causes the
        # failures comes to an end. A pause that the downstream asked for is no job's fault.
        if wait > 0 and (error.pause_seconds is not None or not self._alone):
            return self._later(error.reason, wait)
        return None

    def _later(self, reason: str, seconds: float) -> PostponedError:
        name = self._breaker.name if self._breaker else ""
        return PostponedError(
            f"{name}_{reason}" if reason in {"budget", "spare"} else reason or "downstream_shut",
            f"the downstream of {name} cannot be called now ({reason})",
            seconds=seconds * (1 + _SPREAD * self._chance) + self._chance,
        )

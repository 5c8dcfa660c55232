from time import monotonic
from typing import Final

import structlog

from inbox.breaker import RESERVATION_MS, Breaker, BreakerOpen
from telemetry.report import report
from worker.errors import PostponedError, RetryableError


log = structlog.get_logger()

#: A job for which so many reserved calls are not enough uses up a try each time, so that it
#: comes to an end.
MOST_RESERVED: Final = 64

#: A job that reserved nothing and needs calls all the same reserves so many.
FEWEST_RESERVED: Final = 8

#: Wait of a job that has nothing left to do but what no money needs.
SPARE_SECONDS: Final = 20.0

#: A job that comes to a shut gate waits a little longer than the gate, each by another while.
_SPREAD: Final = 0.5


class Admission:
    """
    One run's way to its downstream and back, through the gate that all workers share.

    A downstream that is down is noticed once: its jobs wait without using up their tries, one
    of them tries again from time to time, and jobs of other downstreams are untouched.
    """

    def __init__(self, gate: Breaker | None, caller: str, chance: float, *, reserve: int) -> None:
        self._gate = gate
        self._reserved = reserve
        self._caller = caller
        self._chance = chance
        self._calls = 0
        self._spare_calls = 0
        #: Calls that the gate keeps for this run; they need not be counted one by one until then.
        self._held = 0
        self._good_until = 0.0
        #: Calls to reserve in the next run; None for as many as usual. More if this one was stopped
        #: half-way by the budget: else many jobs that need more would stop each other for ever.
        self.reserve_next: int | None = None
        self._in_doubt = False
        self._alone = False

    def enter(self) -> None:
        """
        Ask to call the downstream.

        Raises:
            PostponedError: it cannot be called now.
        """
        if self._gate is None:
            return
        self._good_until = monotonic() + RESERVATION_MS / 1000
        answer = self._gate.enter(self._caller, self._reserved)
        if isinstance(answer, BreakerOpen):
            raise self._later(answer.reason, answer.wait_seconds)
        self._in_doubt, self._alone = answer.in_doubt, answer.alone
        most, _ = self._gate.rate
        self._held = min(self._reserved, most) if most else self._reserved

    def count_call(self) -> None:
        """
        Count a call that is made now.

        Raises:
            PostponedError: the budget is used up.
            RetryableError: it is, and this job needs more of it than any other.
        """
        number = self._calls + 1
        if number <= self._held and monotonic() < self._good_until:
            self._calls = number
            return
        if self._gate is not None and (wait := self._gate.use(self._caller, number)):
            later = self._later("budget", wait)
            self.reserve_next = max(2 * self._reserved, FEWEST_RESERVED)
            if self.reserve_next > MOST_RESERVED:
                self.reserve_next = MOST_RESERVED
                raise RetryableError(later.reason, str(later), retry_after_seconds=later.seconds)
            raise later
        self._calls = number

    def spare_call(self) -> None:
        """
        Count a call that no money needs. All that comes after it can wait as well.

        Raises:
            PostponedError: jobs that move money may need all calls that are left.
        """
        if self._gate is None:
            return
        # What this run has reserved and not made is free for jobs that cannot wait.
        self._end_run(self._gate)
        name = f"{self._caller}:spare:{self._spare_calls + 1}"
        if wait := self._gate.use_spare(name):
            # All that is left to do can wait, so the next run keeps no call from others.
            self.reserve_next = 0
            raise self._later("spare", max(wait, SPARE_SECONDS))
        self._spare_calls += 1

    def limit_reached(self, seconds: float) -> None:
        """
        Keep other jobs away until the downstream's own count starts anew.

        Others than our workers may use the same keys, so its count can be ahead of ours.
        """
        if self._gate is not None:
            self._gate.pause(self._caller, "limit_reached", seconds)
            log.info("downstream.limit_reached", seconds=round(seconds, 1))

    def leave(self, error: Exception | None) -> PostponedError | None:
        """Tell how it went; gives what the job must wait for instead of using up a try."""
        gate = self._gate
        if gate is None:
            return None
        self._end_run(gate)
        if isinstance(error, RetryableError) and error.outage:
            return self._outage(gate, error)
        if self._in_doubt:
            if self._calls or self._spare_calls:
                gate.well(self._caller)
            elif self._alone:
                gate.skip(self._caller)
        return None

    def _end_run(self, gate: Breaker) -> None:
        if self._held:
            gate.end_run(self._caller, min(self._calls, self._held), self._held)
            self._held = 0

    def _outage(self, gate: Breaker, error: RetryableError) -> PostponedError | None:
        if error.pause_seconds is not None:
            wait, shut_now = gate.pause(self._caller, error.reason, error.pause_seconds)
        else:
            wait, shut_now = gate.failed(self._caller, error.reason)
        if shut_now:
            # Once for all jobs that wait behind it.
            log.error("downstream.shut", reason=error.reason, seconds=round(wait, 1))
            if error.pause_seconds is None:
                report(error, downstream=gate.name)
        # The one that tries alone uses up a try, so that a job which is itself the cause of the
        # failures comes to an end; a pause that was asked for is nobody's fault.
        if wait > 0 and (error.pause_seconds is not None or not self._alone):
            return self._later(error.reason, wait)
        return None

    def _later(self, reason: str, seconds: float) -> PostponedError:
        name = self._gate.name if self._gate else ""
        return PostponedError(
            f"{name}_{reason}" if reason in {"budget", "spare"} else reason or "downstream_shut",
            f"the downstream of {name} cannot be called now ({reason})",
            seconds=seconds * (1 + _SPREAD * self._chance) + self._chance,
        )

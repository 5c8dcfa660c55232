"""Calls at a share of the plan's rate, one at a time, each tried until it is answered."""

from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, Protocol

import structlog

from inbox.breaker import Breaker
from inbox.model.time import utc_now
from worker.errors import JobError, PermanentError, PostponedError, RetryableError
from worker.http_client.answers import Call
from worker.job import Job
from worker.reconcile.outcomes import FailingError
from worker.run.admission import Admission
from worker.run.job import ClaimedJob
from worker.voucherify import reads
from worker.voucherify.own import ACCOUNT_REASONS


log = structlog.get_logger()

#: A call that fails so often in a row ends the run; the next run resumes there.
MOST_FAILURES: Final = 8

#: After so many, and again after twice as many, another call is made to find out whether the API
#: is down. If it is not, only this call fails. Fewer than open the circuit breaker of the jobs.
TRIES_OF_ONE: Final = 3

#: The name by which those other calls are counted.
PROBES: Final = "whether others are answered"

#: A circuit breaker that stays open for longer ends the run as well: the calls of a whole billing
#: cycle are used up, or an operator must fix the account.
LONGEST_PAUSE_SECONDS: Final = 120.0

#: Waits between them grow from this to that.
_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 60.0

#: One call's time, far above its limits.
_CALL_SECONDS: Final = 60.0


class Reads(Protocol):
    """GETs an object of Voucherify's API; `worker.voucherify.http` does."""

    def read(self, path: str, query: dict[str, Any], call: Call, job: Job) -> dict[str, Any] | None:
        """Return the object; None if Voucherify says that there is none. Raises JobError."""


class Calls:
    """
    Reads Voucherify's API for one run.

    Args:
        http: makes a call.
        share: the circuit breaker whose rate is the share that reconciling may use.
        shared: the circuit breaker of the jobs that call the same API: each call counts against
            its budget too, and waits while it is open; one without a rate if no job calls it.
        caller: names the run.
        wait: waits for so many seconds; raises when the run is to end.
    """

    def __init__(
        self,
        http: Reads,
        share: Breaker,
        shared: Breaker,
        caller: str,
        wait: Callable[[float], None],
    ) -> None:
        self._http = http
        self._share = share
        self._shared = shared
        self._caller = f"reconcile:{caller}"
        self._wait = wait
        #: Calls made so far, by what they read.
        self.made: Counter[str] = Counter()

    def read(
        self, what: str, path: str, query: dict[str, Any], call: Call
    ) -> dict[str, Any] | None:
        """
        Return an object, after any wait; None if Voucherify says that it does not exist.

        Args:
            what: what is read, in words, for the count.
            path: below the API's address.
            query: the query's names and values.
            call: what Voucherify's own answers to it are.

        Raises:
            PermanentError: refused in a way that trying again cannot fix.
            FailingError: it fails each time, while other calls are answered.
            RetryableError: not answered after several tries, as other calls.
        """
        failures = 0
        while True:
            self._pace()
            try:
                return self._try(what, path, query, call)
            except PostponedError as error:
                # The circuit breaker is open for all: no fault of this call.
                if error.seconds > LONGEST_PAUSE_SECONDS:
                    why = error.__cause__ if isinstance(error.__cause__, JobError) else error
                    raise RetryableError(why.reason, str(why)) from error
                self._wait(error.seconds)
            except RetryableError as error:
                failures += 1
                if failures >= MOST_FAILURES or error.reason in ACCOUNT_REASONS:
                    raise
                log.info("reconcile.call_failed", reason=error.reason)
                if failures % TRIES_OF_ONE == 0 and self._is_alone(error):
                    raise FailingError(error.reason, str(error)) from error
                wait = _FIRST_WAIT_SECONDS * 2 ** (failures - 1)
                self._wait(max(min(wait, _LONGEST_WAIT_SECONDS), error.retry_after_seconds or 0))

    def _is_alone(self, error: RetryableError) -> bool:
        """Return whether only this call fails: Voucherify says so, or another one is answered."""
        if not error.outage:
            return True
        self._pace()
        try:
            self._try(PROBES, *reads.any_campaign())
        except PermanentError:
            return True
        except JobError:
            return False
        return True

    def _pace(self) -> None:
        self._wait(0)
        while seconds := self._share.use(self._name(), 1):
            self._wait(seconds)

    def _name(self) -> str:
        return f"{self._caller}:{self.made.total()}"

    def _try(
        self, what: str, path: str, query: dict[str, Any], call: Call
    ) -> dict[str, Any] | None:
        admission = Admission(
            self._shared,
            self._name(),
            0.0,
            reserve=1,
            # The operator's own keys may be others than the workers', whose jobs must not wait.
            private=ACCOUNT_REASONS,
        )
        with admission:
            job = ClaimedJob(
                id="reconcile",
                delivery="",
                deadline=monotonic() + _CALL_SECONDS,
                now=utc_now,
                count_call=admission.count_call,
                limit_reached=admission.limit_reached,
            )
            self.made[what] += 1
            return self._http.read(path, query, call, job)

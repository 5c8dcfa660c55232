"""Calls at a share of the plan's pace, one at a time, each tried until it is answered."""

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
from worker.reconcile.source.skips import FailingError
from worker.run.admission import Admission
from worker.run.job import ClaimedJob
from worker.voucherify.own import ACCOUNT_REASONS, page


log = structlog.get_logger()

#: A call that fails so often in a row ends the run; the next goes on where it was.
MOST_FAILURES: Final = 8

#: After so many, and again after twice as many, another call is made to see whether the API is
#: down. If it is not, this call fails in its own way. Fewer than shut the gate of the jobs.
TRIES_OF_ONE: Final = 3

#: What those other calls are counted as.
PROBES: Final = "whether others are answered"

#: For a downstream that is shut for longer, the run ends as well: the calls of a whole billing
#: cycle are used up, or an operator of the account has to fix something.
LONGEST_PAUSE_SECONDS: Final = 120.0

#: Waits between them grow from this to that.
_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 60.0

#: One call's time, far above its limits.
_CALL_SECONDS: Final = 60.0


class Reads(Protocol):
    """What GETs an object of Voucherify's API (`worker.voucherify.http`)."""

    def read(self, path: str, query: dict[str, Any], call: Call, job: Job) -> dict[str, Any] | None:
        """Give the object; None if Voucherify says that there is none. Raises JobError."""


class Calls:
    """
    Reads Voucherify's API for one run.

    Args:
        http: what makes a call.
        share: the gate whose rate is the share that reconciling may use.
        door: the gate of the jobs that call the same API, whose budget each call counts against
            as well, and whose pauses are kept; one without a rate where no job calls it.
        caller: names the run.
        wait: waits for so many seconds; raises when the run is to end.
    """

    def __init__(
        self,
        http: Reads,
        share: Breaker,
        door: Breaker,
        caller: str,
        wait: Callable[[float], None],
    ) -> None:
        self._http = http
        self._share = share
        self._door = door
        self._caller = f"reconcile:{caller}"
        self._wait = wait
        #: Calls made so far, by what they ask for.
        self.made: Counter[str] = Counter()

    def read(
        self, what: str, path: str, query: dict[str, Any], call: Call
    ) -> dict[str, Any] | None:
        """
        GET an object, waiting as long as it takes; None if Voucherify says that it does not exist.

        Args:
            what: what is asked for, in a word, for the count.
            path: below the API's address.
            query: the query's names and values.
            call: how Voucherify's own answers to it look.

        Raises:
            PermanentError: refused in a way that trying again cannot fix.
            FailingError: it fails each time, and other calls are answered.
            RetryableError: not answered after several tries, as other calls.
        """
        failures = 0
        while True:
            self._pace()
            try:
                return self._try(what, path, query, call)
            except PostponedError as error:
                # The downstream is shut for all: no fault of this call.
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
        """Say whether only this call fails: Voucherify says so, or another one is answered."""
        if not error.outage:
            return True
        self._pace()
        try:
            self._try(PROBES, "/v1/campaigns", {"limit": 1}, page("campaigns"))
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
            self._door,
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

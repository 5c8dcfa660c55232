"""Calls of Voucherify's REST API: time limits, no redirects, no repeats, typed outcomes."""

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2
import structlog

from inbox.model.time import utc_now
from worker.errors import PermanentError, RetryableError
from worker.http_client.answers import ACCOUNT, Call, Meaning, Reply, Verdict, judge
from worker.http_client.calls import (
    LONGEST_WAIT_SECONDS,
    check_time_left,
    reply_of,
    retry_after,
    transport_error,
)
from worker.http_client.client import make_client
from worker.http_client.failures import NOT_SENT, explanation
from worker.job import Job
from worker.voucherify.own import error_key
from worker.voucherify.values import Json


log = structlog.get_logger()

#: The version whose answers are read here (Voucherify documentation: Versioning).
API_VERSION: Final = "v2018-08-01"

#: All jobs wait for an operator to fix the account, instead of failing one by one.
ACCOUNT_PAUSE_SECONDS: Final = 300.0

#: The calls of a whole billing cycle are used up; a try every minute would not help.
CYCLE_PAUSE_SECONDS: Final = 3_600.0

#: Limits count by the minute or, in a sandbox project, by the hour.
LONGEST_LIMIT_SECONDS: Final = 3_600.0

#: Wait for a rate limit that does not say when it ends.
RATE_PAUSE_SECONDS: Final = 10.0

#: Wait for a conflict or a lock that does not say when it ends.
BUSY_SECONDS: Final = 5.0


class VoucherifyHttp:
    """Sends one request at a time; errors are ours and hold no ids of customers."""

    def __init__(
        self,
        url: str,
        app_id: str,
        app_token: str,
        *,
        client: httpx2.Client | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._url = url.rstrip("/")
        self._client = client or make_client()
        self._client.headers.update(
            {
                "X-App-Id": app_id,
                "X-App-Token": app_token,
                "X-Voucherify-API-Version": API_VERSION,
            }
        )
        self._clock = clock

    def read(self, path: str, query: dict[str, Any], call: Call, job: Job) -> Json | None:
        """
        GET an object; None if Voucherify itself says that it does not exist.

        Raises:
            PermanentError: refused by Voucherify; trying again cannot help.
            RetryableError: not answered, not now, not readable, or not answered by Voucherify.
        """
        check_time_left(job)
        try:
            answer = self._client.get(self._url + path, params=query)
        except httpx2.RequestError as error:
            raise transport_error("voucherify", error) from error
        verdict = self._judged(answer, call, job)
        found: Json = verdict.content
        return None if verdict.meaning is Meaning.NOT_THERE else found

    def change(self, method: str, path: str, body: Json | None, call: Call, job: Job) -> Verdict:
        """
        Send a call that changes something, once.

        Returns:
            DONE, NOT_THERE, or UNKNOWN: it may have been applied.

        Raises:
            PermanentError: refused by Voucherify; `RefusedError.key` says why.
            RetryableError: it was not sent, or Voucherify itself says that it was not applied.
        """
        check_time_left(job)
        try:
            answer = self._client.request(method, self._url + path, json=body)
        except NOT_SENT as error:
            # No connection, so nothing was sent.
            raise transport_error("voucherify", error) from error
        except httpx2.RequestError as error:
            log.warning("voucherify.no_answer", why=explanation(error) or type(error).__name__)
            return Verdict(meaning=Meaning.UNKNOWN, content=None, own=False, outage=True)
        return self._judged(answer, call, job)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _judged(self, answer: httpx2.Response, call: Call, job: Job) -> Verdict:
        self._report_limit(answer, job)
        reply = reply_of(answer)
        verdict = judge(reply, call)
        match verdict.meaning:
            case Meaning.REFUSED:
                key = error_key(verdict.content)
                raise RefusedError(f"voucherify_answered_{reply.status}", _words(reply, key), key)
            case Meaning.TRY_AGAIN:
                raise self._later(answer, verdict, _words(reply, error_key(verdict.content)))
        return verdict

    def _later(self, answer: httpx2.Response, verdict: Verdict, words: str) -> RetryableError:
        status = answer.status_code
        reason = f"voucherify_answered_{status}"
        if answer.is_success:
            return unreadable("is not what this call returns")
        if status == 429:
            return RetryableError(reason, words, pause_seconds=self._rate_pause(answer))
        if not verdict.own:
            words = f"{words}, and the answer is not Voucherify's own"
        elif status in ACCOUNT:
            return RetryableError(reason, words, pause_seconds=ACCOUNT_PAUSE_SECONDS)
        wait = retry_after(answer.headers.get("Retry-After"), self._clock())
        if wait is None and not verdict.outage:
            wait = BUSY_SECONDS
        return RetryableError(reason, words, retry_after_seconds=wait, outage=verdict.outage)

    def _report_limit(self, answer: httpx2.Response, job: Job) -> None:
        """Report when the API's own count of calls, of all callers, is used up."""
        if answer.status_code != 429 and answer.headers.get("X-Rate-Limit-Remaining") == "0":
            wait = self._until_reset(answer)
            if wait:
                job.limit_reached(min(wait, LONGEST_LIMIT_SECONDS))

    def _until_reset(self, answer: httpx2.Response) -> float | None:
        """Read X-Rate-Limit-Retry, epoch seconds by the API's clock; None without it."""
        epoch = answer.headers.get("X-Rate-Limit-Retry", "")
        if not (epoch.isascii() and epoch.isdecimal() and len(epoch) < 12):
            return None
        try:
            now = parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, ValueError, TypeError):
            now = self._clock()
        return max(float(epoch) - now.timestamp(), 0.0)

    def _rate_pause(self, answer: httpx2.Response) -> float:
        if answer.headers.get("X-Rate-Limit-Type") == "api_calls_cycle":
            return CYCLE_PAUSE_SECONDS
        # Documented: Retry-After in seconds, else X-Rate-Limit-Retry as epoch seconds.
        wait = retry_after(answer.headers.get("Retry-After"), self._clock())
        if wait is None:
            wait = self._until_reset(answer)
        return min(
            max(wait or 0.0, RATE_PAUSE_SECONDS if wait is None else 0.1), LONGEST_WAIT_SECONDS
        )


class RefusedError(PermanentError):
    """Voucherify refused a call and did nothing; `key` is its own reason."""

    def __init__(self, reason: str, message: str, key: str | None) -> None:
        super().__init__(reason, message)
        self.key = key


def unreadable(what: str) -> RetryableError:
    """Return the error for an answer that cannot be read."""
    return RetryableError("voucherify_unreadable", f"voucherify's answer {what}", outage=True)


def _words(reply: Reply, key: str | None) -> str:
    return f"voucherify answered {reply.status}" + (f" ({key})" if key else "")

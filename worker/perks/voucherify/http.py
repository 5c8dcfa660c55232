"""Calls to Voucherify's REST API: limits of time, no redirects, no repeats, typed outcomes."""

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from worker.errors import PermanentError, RetryableError
from worker.outgoing import (
    LONGEST_WAIT_SECONDS,
    check_time_left,
    make_client,
    retry_after,
    transport_error,
    utc_now,
)
from worker.revocation.client import Answer, Json
from worker.services import Job


#: The version that the answers' shapes were read of (Voucherify documentation: Versioning).
API_VERSION: Final = "v2018-08-01"

#: Keys, plan or permission: nothing is wrong with the job. All jobs wait for an operator to
#: mend the account, rather than failing one by one.
_ACCOUNT: Final = frozenset({401, 402, 403})
ACCOUNT_PAUSE_SECONDS: Final = 300.0
ACCOUNT_REASONS: Final = frozenset(f"voucherify_answered_{status}" for status in _ACCOUNT)

#: The calls of a whole billing cycle are used up; asking every minute would not help.
CYCLE_PAUSE_SECONDS: Final = 3_600.0

#: Limits count by the minute or, in a sandbox project, by the hour.
LONGEST_LIMIT_SECONDS: Final = 3_600.0

#: A rate limit that does not say when it ends.
RATE_PAUSE_SECONDS: Final = 10.0

#: Error keys by what they say of a call (Voucherify API reference: Errors).
_KEYS: Final = {
    "gift_amount_exceeded": Answer.EXCEEDED,
    "loyalty_card_points_exceeded": Answer.EXCEEDED,
    "already_rolled_back": Answer.ALREADY,
}


class VoucherifyHttp:
    """Sends one request at a time; errors are ours and hold no ids of customers."""

    def __init__(
        self,
        url: str,
        app_id: str,
        app_token: str,
        *,
        client: httpx.Client | None = None,
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

    def read(self, path: str, query: dict[str, Any], job: Job) -> Json | None:
        """
        GET an object; None if it does not exist.

        Raises:
            PermanentError: refused in a way that trying again cannot mend.
            RetryableError: not answered, or not now, or not readable.
        """
        check_time_left(job)
        try:
            answer = self._client.get(self._url + path, params=query)
        except httpx.RequestError as error:
            raise transport_error("voucherify", error) from error
        self._heed_limit(answer, job)
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise self._refusal(answer)
        found = _json_object(answer)
        if found is None:
            raise unreadable("is not a JSON object")
        return found

    def change(self, method: str, path: str, body: Json | None, job: Job) -> Answer:
        """
        Send a call that changes something, once.

        Raises:
            PermanentError, RetryableError: it was not sent, or refused. What may have been
                applied is never an error: that is `Answer.UNKNOWN`.
        """
        check_time_left(job)
        try:
            answer = self._client.request(method, self._url + path, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # No connection, so nothing was sent.
            raise transport_error("voucherify", error) from error
        except httpx.RequestError:
            return Answer.UNKNOWN
        self._heed_limit(answer, job)
        if answer.is_success:
            # An object that does not fit a model was applied all the same; what is no object
            # at all may be the answer of something that stands in between.
            return Answer.UNKNOWN if _json_object(answer) is None else Answer.APPLIED
        if answer.status_code >= 500 or answer.status_code == 408:
            return Answer.UNKNOWN
        if answer.status_code == 404:
            return Answer.NOT_FOUND
        known = _KEYS.get(_error_key(answer) or "")
        if known is None:
            raise self._refusal(answer)
        return known

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _refusal(self, answer: httpx.Response) -> PermanentError | RetryableError:
        status = answer.status_code
        reason, message = f"voucherify_answered_{status}", f"voucherify answered {status}"
        if key := _error_key(answer):
            message += f" ({key})"
        if status == 429:
            return RetryableError(reason, message, pause_seconds=self._rate_pause(answer))
        if status in _ACCOUNT:
            return RetryableError(reason, message, pause_seconds=ACCOUNT_PAUSE_SECONDS)
        if status >= 500 or status == 408:
            return RetryableError(reason, message, outage=True)
        return PermanentError(reason, message)

    def _heed_limit(self, answer: httpx.Response, job: Job) -> None:
        """Tell when the API's own count of calls, of whatever caller, is used up."""
        if answer.status_code != 429 and answer.headers.get("X-Rate-Limit-Remaining") == "0":
            wait = self._until_counted_anew(answer)
            if wait:
                job.limit_reached(min(wait, LONGEST_LIMIT_SECONDS))

    def _until_counted_anew(self, answer: httpx.Response) -> float | None:
        """Read X-Rate-Limit-Retry, epoch seconds by the API's clock; None if it is not told."""
        epoch = answer.headers.get("X-Rate-Limit-Retry", "")
        if not (epoch.isascii() and epoch.isdecimal() and len(epoch) < 12):
            return None
        try:
            now = parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, ValueError, TypeError):
            now = self._clock()
        return max(float(epoch) - now.timestamp(), 0.0)

    def _rate_pause(self, answer: httpx.Response) -> float:
        if answer.headers.get("X-Rate-Limit-Type") == "api_calls_cycle":
            return CYCLE_PAUSE_SECONDS
        # Documented: Retry-After in seconds, else X-Rate-Limit-Retry as epoch seconds.
        wait = retry_after(answer.headers.get("Retry-After"), self._clock())
        if wait is None:
            wait = self._until_counted_anew(answer)
        return min(
            max(wait or 0.0, RATE_PAUSE_SECONDS if wait is None else 0.1), LONGEST_WAIT_SECONDS
        )


def unreadable(what: str) -> RetryableError:
    """Tell that an answer cannot be read."""
    return RetryableError("voucherify_unreadable", f"voucherify's answer {what}", outage=True)


def _json_object(answer: httpx.Response) -> Json | None:
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _error_key(answer: httpx.Response) -> str | None:
    # `key` is a slug such as not_found; `details` holds ids and stays out.
    key = (_json_object(answer) or {}).get("key")
    known = isinstance(key, str) and len(key) <= 60 and key.replace("_", "").isalnum()
    return key if known else None

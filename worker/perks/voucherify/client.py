"""
Voucherify's REST API, as much of it as the take-back needs.

Not Voucherify's Python SDK: it raises after a call was applied when the answer does not fit
its models, which invites a second deduction (docs/decisions/0005-own-voucherify-client.md).
Answers are read leniently, and a balance change is never sent twice by this client.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

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
from worker.services import Job


#: The version that the answers' shapes were read of (Voucherify documentation: Versioning).
API_VERSION: Final = "v2018-08-01"
PAGE: Final = 100

#: No id comes near this, and servers refuse addresses of some kilobytes.
_LONGEST_SEGMENT: Final = 2000

#: Keys, plan or permission: nothing is wrong with the job, so it waits for an operator to
#: mend the account rather than failing with a thousand others.
_ACCOUNT: Final = frozenset({401, 402, 403})


class VoucherifyClient:
    """Calls the API with time limits; errors are ours and hold no ids of customers."""

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

    def customer_redeemables(self, customer: str, job: Job) -> Iterator[dict[str, Any]]:
        """List what a customer holds (API reference: List customer's redeemables)."""
        return self._pages(f"/v1/customers/{_segment(customer)}/redeemables", job)

    def transactions(self, voucher: str, job: Job) -> Iterator[dict[str, Any]]:
        """List a card's balance changes, newest first (List voucher transactions)."""
        return self._pages(f"/v1/vouchers/{_segment(voucher)}/transactions", job)

    def voucher(self, voucher: str, job: Job) -> dict[str, Any]:
        """Read a voucher with its balance (Get voucher)."""
        return self._get(f"/v1/vouchers/{_segment(voucher)}", {}, job)

    def change_balance(
        self, voucher: str, amount: int, *, source_id: str, reason: str, job: Job
    ) -> None:
        """
        Change a card's balance (Update voucher balance). Call it once: it is not idempotent.

        Raises:
            PermanentError: the API refused; nothing was changed.
            RetryableError: not done, or (reason `voucherify_unknown_outcome`) perhaps done.
        """
        check_time_left(job)
        try:
            answer = self._client.post(
                f"{self._url}/v1/vouchers/{_segment(voucher)}/balance",
                json={"amount": amount, "source_id": source_id, "reason": reason},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            # The request was not sent.
            raise transport_error("voucherify", error) from error
        except httpx.RequestError as error:
            raise unknown_outcome() from error
        if answer.status_code >= 500:
            raise unknown_outcome()
        if not 200 <= answer.status_code < 300:
            raise self._refusal(answer)

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def _pages(self, path: str, job: Job) -> Iterator[dict[str, Any]]:
        query: dict[str, Any] = {"limit": PAGE, "order": "-id"}
        while True:
            page = self._get(path, query, job)
            data = page.get("data")
            # Read as an empty list, an answer that is none would say that nothing was given,
            # or not taken back yet.
            if not isinstance(data, list):
                raise _unreadable("is not a list")
            items = [item for item in data if isinstance(item, dict)]
            yield from items
            if not page.get("has_more"):
                return
            after = page.get("more_starting_after") or (items[-1].get("id") if items else None)
            if not isinstance(after, str) or after == query.get("starting_after_id"):
                raise _unreadable("does not say where its next page starts")
            query["starting_after_id"] = after

    def _get(self, path: str, query: dict[str, Any], job: Job) -> dict[str, Any]:
        check_time_left(job)
        try:
            answer = self._client.get(self._url + path, params=query)
        except httpx.RequestError as error:
            raise transport_error("voucherify", error) from error
        if not 200 <= answer.status_code < 300:
            raise self._refusal(answer)
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _unreadable("is not a JSON object")
        return found

    def _refusal(self, answer: httpx.Response) -> PermanentError | RetryableError:
        status = answer.status_code
        reason, message = f"voucherify_answered_{status}", f"voucherify answered {status}"
        if key := _error_key(answer):
            message += f" ({key})"
        if status == 429:
            return RetryableError(reason, message, retry_after_seconds=self._rate_wait(answer))
        if status >= 500 or status in _ACCOUNT or status == 408:
            return RetryableError(reason, message)
        return PermanentError(reason, message)

    def _rate_wait(self, answer: httpx.Response) -> float | None:
        # Documented: Retry-After in seconds, else X-Rate-Limit-Retry as epoch seconds.
        now = self._clock()
        wait = retry_after(answer.headers.get("Retry-After"), now)
        if wait is None:
            epoch = answer.headers.get("X-Rate-Limit-Retry", "")
            if epoch.isascii() and epoch.isdecimal() and len(epoch) < 12:
                wait = min(max(float(epoch) - now.timestamp(), 0.0), LONGEST_WAIT_SECONDS)
        return wait


#: How long a balance change whose answer never came may still be under way.
UNKNOWN_OUTCOME_WAIT_SECONDS: Final = 120.0


def unknown_outcome() -> RetryableError:
    """Tell that a balance change may or may not have been applied."""
    return RetryableError(
        "voucherify_unknown_outcome",
        "voucherify's answer to a balance change did not come or could not be read; "
        "the card's transactions are read before anything is sent again",
        retry_after_seconds=UNKNOWN_OUTCOME_WAIT_SECONDS,
    )


def _unreadable(what: str) -> RetryableError:
    return RetryableError("voucherify_unreadable", f"voucherify's answer {what}")


def _segment(text: str) -> str:
    segment = quote(text, safe="")
    if len(segment) > _LONGEST_SEGMENT:
        raise PermanentError("voucherify_impossible_id", "an id is too long to be asked for")
    # "." and ".." would be taken as steps in the path and lead to another address.
    return segment if segment.strip(".") else segment.replace(".", "%2E")


def _error_key(answer: httpx.Response) -> str | None:
    # `key` is a slug such as not_found; `details` holds ids and stays out.
    try:
        key = answer.json().get("key")
    except (ValueError, AttributeError):
        return None
    known = isinstance(key, str) and len(key) <= 60 and key.replace("_", "").isalnum()
    return key if known else None

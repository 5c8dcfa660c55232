"""
Calls to services of the shop: one signed POST with an idempotency key.

Signed by the Standard Webhooks convention (standardwebhooks.com specification): headers
webhook-id, webhook-timestamp and webhook-signature over the exact bytes sent.
"""

import hashlib
import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

import httpx2
from standardwebhooks import Webhook

from worker.errors import PermanentError, RetryableError
from worker.http_client import ANSWER_SECONDS, CONNECT_SECONDS, explanation, make_client
from worker.http_client.answers import PASSING, Call, Meaning, Reply, judge
from worker.job import Job


#: A downstream may ask for a longer wait; it is not believed.
LONGEST_WAIT_SECONDS: Final = 86_400.0

#: As much of an answer of a service of the shop is read: it says little or nothing.
LONGEST_ANSWER: Final = 65_536

#: Servers refuse headers of some kilobytes; longer words are replaced by their SHA-256.
_LONGEST_WORD: Final = 255

#: How a service of the shop answers. It takes a call by one of four statuses, with JSON or without
#: a body, and refuses it by a 4xx with a JSON object. Any other answer, such as a page, is another
#: machine's; the idempotency key makes it safe to send the call again.
ANSWERS: Final = Call(
    gives=lambda _: True,
    wrote=lambda _, content: isinstance(content, dict),
    missing=lambda _: True,
    statuses=frozenset({200, 201, 202, 204}),
    may_be_empty=True,
    passing=PASSING,
)


class SignedPost:
    """Sends JSON to one address of the shop."""

    def __init__(
        self,
        what: str,
        url: str,
        secret: str,
        *,
        client: httpx2.Client | None = None,
    ) -> None:
        self._what = what
        self._url = url
        self._signer = Webhook(secret)
        self._client = client or make_client(longest_answer=LONGEST_ANSWER)

    def send(self, payload: dict[str, Any], *, idempotency_key: str, job: Job) -> None:
        """
        Send once and return if it was taken.

        Raises:
            PermanentError: the service refused; it would refuse the same call again.
            RetryableError: not taken now, or it is not known whether it was taken.
        """
        check_time_left(job)
        key = header_word(idempotency_key)
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
        # Receivers refuse a signature whose time is some minutes off.
        now = job.now()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(key, now, body),
        }
        try:
            answer = self._client.post(self._url, content=body.encode(), headers=headers)
        except httpx2.RequestError as error:
            raise transport_error(self._what, error) from error
        self._judge(reply_of(answer), now)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _judge(self, reply: Reply, now: datetime) -> None:
        verdict, status = judge(reply, ANSWERS), reply.status
        reason, message = f"{self._what}_answered_{status}", f"{self._what} answered {status}"
        match verdict.meaning:
            case Meaning.DONE:
                return
            case Meaning.REFUSED | Meaning.NOT_THERE:
                raise PermanentError(reason, message)
        if status in ANSWERS.statuses:
            reason = f"{self._what}_unreadable"
        wait = retry_after(reply.headers.get("retry-after"), now)
        raise RetryableError(
            reason,
            message + _doubt(status, own=verdict.own),
            retry_after_seconds=wait,
            # What is passing is about one call, and services say it without a body too.
            outage=verdict.outage and status not in PASSING,
            pause_seconds=wait if status == 429 else None,
        )


def _doubt(status: int, *, own: bool) -> str:
    """Return why an answer is not believed."""
    if status in ANSWERS.statuses:
        return " with something that is not JSON"
    if status < 300:
        return ", which does not mean taken"
    if status < 400:
        return ", which is not followed"
    if own or status in PASSING or status >= 500:
        return ""
    return " without a JSON object of its own"


def reply_of(answer: httpx2.Response) -> Reply:
    """Return httpx2's answer as `worker.http_client.answers` reads it."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(status=answer.status_code, headers=headers, body=answer.content)


def header_word(text: str) -> str:
    """
    Write a text, which may hold any character at any length, so that a header can carry it.

    Ids as Voucherify writes them stay as they are.
    """
    word = quote(text, safe="")
    return word if len(word) <= _LONGEST_WORD else hashlib.sha256(text.encode()).hexdigest()


def check_time_left(job: Job) -> None:
    """
    Refuse to begin a call that could outlast the job's lease, and count the call.

    Raises:
        PostponedError: the downstream's budget is used up.
        RetryableError: too little of the lease is left.
    """
    if monotonic() + CONNECT_SECONDS + ANSWER_SECONDS > job.deadline:
        raise RetryableError("out_of_time", "the job's lease is nearly over")
    job.count_call()


def transport_error(what: str, error: httpx2.RequestError) -> RetryableError:
    """Return the error for no answer, in our words: httpx2's own may hold addresses with ids."""
    if isinstance(error, httpx2.TimeoutException):
        reason, message = "timeout", "did not answer in time"
    else:
        reason, message = "unreachable", "could not be reached"
    return RetryableError(f"{what}_{reason}", f"{what} {message}{because(error)}", outage=True)


def because(error: httpx2.RequestError) -> str:
    """Return why there is no answer, to end a sentence with; "" if it is not known."""
    why = explanation(error)
    return f": {why}" if why else ""


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    # Without the blanks, which are more for str.strip than for float.
    value = header.strip()
    if value.isascii() and value.isdecimal():
        return min(float(value), LONGEST_WAIT_SECONDS)
    try:
        wait = (parsedate_to_datetime(header) - now).total_seconds()
        return min(max(wait, 0.0), LONGEST_WAIT_SECONDS)
    except (ValueError, TypeError, OverflowError):
        return None

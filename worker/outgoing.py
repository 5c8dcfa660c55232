"""
Calls to services of the shop: one signed POST with an idempotency key.

Signed by the Standard Webhooks convention (standardwebhooks.com specification): headers
webhook-id, webhook-timestamp and webhook-signature over the exact bytes sent.
"""

import hashlib
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Final
from urllib.parse import quote

import httpx
from standardwebhooks import Webhook

from worker.answers import PASSING, Call, Meaning, Reply, judge
from worker.errors import PermanentError, RetryableError
from worker.services import Job
from worker.wire import Posts, Wire, WireError, WireTimeoutError


CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 10.0

#: A downstream may ask for a longer wait; it is not believed.
LONGEST_WAIT_SECONDS: Final = 86_400.0

#: Servers refuse headers of some kilobytes; longer words are told by their SHA-256.
_LONGEST_WORD: Final = 255

#: How a service of the shop answers. It takes a call by one of four statuses, with JSON or without
#: a body, and refuses it for good by a 4xx with a JSON object. The idempotency key makes it safe to
#: send again what it may have taken: a page, say, is some other machine's answer.
ANSWERS: Final = Call(
    gives=lambda _: True,
    wrote=lambda _, content: isinstance(content, dict),
    missing=lambda _: True,
    statuses=frozenset({200, 201, 202, 204}),
    may_be_empty=True,
    passing=PASSING,
)


def utc_now() -> datetime:
    """Tell the time; the seam where tests put in theirs."""
    return datetime.now(UTC)


def make_client() -> httpx.Client:
    """Make a client with bounded waits that follows no redirects and repeats nothing."""
    return httpx.Client(
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        # As many as jobs can run at once; httpx alone would let the hundred-and-first wait.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=50),
        headers={"User-Agent": "perkhook"},
        # The environment's proxies and .netrc are not part of our settings.
        trust_env=False,
    )


class SignedPost:
    """Sends JSON to one address of the shop."""

    def __init__(
        self,
        what: str,
        url: str,
        secret: str,
        *,
        posts: Posts | None = None,
    ) -> None:
        self._what = what
        self._signer = Webhook(secret)
        self._posts = posts or Wire(
            url, connect_seconds=CONNECT_SECONDS, answer_seconds=ANSWER_SECONDS
        )

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
            "User-Agent": "perkhook",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(key, now, body),
        }
        try:
            reply = self._posts.post(body.encode(), headers)
        except WireTimeoutError as error:
            raise _timeout(self._what) from error
        except WireError as error:
            raise _unreachable(self._what) from error
        self._judge(reply, now)

    def close(self) -> None:
        """Give up connections."""
        self._posts.close()

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
    """Say why an answer is not believed."""
    if status in ANSWERS.statuses:
        return " with something that is not JSON"
    if status < 300:
        return ", which does not mean taken"
    if status < 400:
        return ", which is not followed"
    if own or status in PASSING or status >= 500:
        return ""
    return " without a JSON object of its own"


def reply_of(answer: httpx.Response) -> Reply:
    """Give httpx's answer to whoever judges it."""
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


def transport_error(what: str, error: httpx.RequestError) -> RetryableError:
    """Tell a failed connection in our words; httpx's own may hold addresses with ids."""
    return _timeout(what) if isinstance(error, httpx.TimeoutException) else _unreachable(what)


def _timeout(what: str) -> RetryableError:
    return RetryableError(f"{what}_timeout", f"{what} did not answer in time", outage=True)


def _unreachable(what: str) -> RetryableError:
    return RetryableError(f"{what}_unreachable", f"{what} could not be reached", outage=True)


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

"""What all outgoing calls share: time limits, answers, and why there is none."""

import hashlib
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Final
from urllib.parse import quote

import httpx2

from worker.errors import RetryableError
from worker.http_client.answers import Reply
from worker.http_client.failures import explanation
from worker.job import Job


CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 10.0

#: A downstream that asks for a longer wait is not believed.
LONGEST_WAIT_SECONDS: Final = 86_400.0

#: Servers refuse headers of some kilobytes; longer words are replaced by their SHA-256.
_LONGEST_WORD: Final = 255


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

"""
Calls to services of the shop: one signed POST with an idempotency key.

Signed by the Standard Webhooks convention (standardwebhooks.com specification): headers
webhook-id, webhook-timestamp and webhook-signature over the exact bytes sent.
"""

import json
from datetime import datetime
from typing import Any, Final

import httpx2
from standardwebhooks import Webhook

from worker.errors import PermanentError, RetryableError
from worker.http_client.answers import PASSING, Call, Meaning, Reply, judge
from worker.http_client.calls import (
    check_time_left,
    header_word,
    reply_of,
    retry_after,
    transport_error,
)
from worker.http_client.client import make_client
from worker.job import Job


#: As much of an answer of a service of the shop is read: it says little or nothing.
LONGEST_ANSWER: Final = 65_536

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

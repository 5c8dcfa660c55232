"""Builders of what handlers are given, and transports that answer from memory."""

from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any

import httpx

from schemas import HolderAssignmentDeleted, load_envelope, load_event, parse_body
from tests.samples import assignment_deleted, body
from worker.answers import Reply
from worker.outgoing import reply_of, utc_now
from worker.services import Job


SECRET = "whsec_dW5pdC10ZXN0LXNlY3JldC1vZi1vdXJz"
ADDRESS = "https://shop.example.test/perks"


def event_of(document: dict[str, Any]) -> HolderAssignmentDeleted:
    """Read the event of a removal."""
    event = load_event(load_envelope(parse_body(body(document))))
    assert isinstance(event, HolderAssignmentDeleted)
    return event


def removal(**overrides: Any) -> HolderAssignmentDeleted:
    """Build an event of a removal; `overrides` are those of the sample."""
    return event_of(assignment_deleted(**overrides))


def job(seconds: float = 300, *, at: datetime | None = None) -> Job:
    """Build a job whose lease has so much time left, for which the time may stand still."""
    delivery = "0" * 32
    return Job(
        id=f"{delivery}:a_handler",
        delivery=delivery,
        deadline=monotonic() + seconds,
        now=lambda: at or utc_now(),
    )


class Answers:
    """Answers calls from memory and keeps them."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers) or [httpx.Response(200)]
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer, the last one for ever."""
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(handler: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    """Make a client that reaches nobody."""
    return httpx.Client(transport=httpx.MockTransport(handler))


class Posted:
    """Answers the POSTs to one address from memory."""

    def __init__(self, handler: Callable[[httpx.Request], httpx.Response]) -> None:
        self._handler = handler

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Give the next answer."""
        answer = self._handler(httpx.Request("POST", ADDRESS, content=body, headers=headers))
        return reply_of(answer)

    def close(self) -> None:
        """There is nothing to give up."""

"""Builders of what handlers are given, and transports that answer from memory."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any

import httpx2

from inbox.model.time import utc_now
from schemas import HolderAssignmentDeleted, load_envelope, load_event, parse_body
from tests.samples import assignment_deleted, body
from worker.run.job import ClaimedJob


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


def job(seconds: float = 300, *, at: datetime | None = None) -> ClaimedJob:
    """Build a job whose lease has so much time left, for which the time may stand still."""
    delivery = "0" * 32
    return ClaimedJob(
        id=f"{delivery}:a_handler",
        delivery=delivery,
        deadline=monotonic() + seconds,
        now=lambda: at or utc_now(),
    )


class Answers:
    """Answers calls from memory and keeps them."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self._answers = list(answers) or [httpx2.Response(200)]
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Return the next answer, the last one forever."""
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(handler: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.Client:
    """Make a client that reaches no one."""
    return httpx2.Client(transport=httpx2.MockTransport(handler))

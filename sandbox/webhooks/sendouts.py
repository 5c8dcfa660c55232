from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sandbox.clock import as_json, stamp


class SendoutState(StrEnum):
    """Where a sendout stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    # The webhook was disabled before this one got through; only a person re-sends it.
    STOPPED = "stopped"
    # Never sent, as if this event were not sent to webhooks; see `sandbox.faults.webhooks`.
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt to deliver: a status if there was an answer, else an error's name."""

    at: datetime
    status: int | None
    error: str | None
    seconds: float
    manual: bool

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True)
class Sendout:
    """A webhook body and every attempt to deliver it."""

    id: str
    type: str
    body: bytes
    created_at: datetime
    customer_id: str | None = None
    state: SendoutState = SendoutState.WAITING
    tries: list[Try] = field(default_factory=list)

    @property
    def failed_tries(self) -> int:
        """How many scheduled tries got no 2xx."""
        return sum(not each.delivered and not each.manual for each in self.tries)

    def as_json(self) -> dict[str, Any]:
        """Describe the sendout for tests and the page."""
        return {
            "id": self.id,
            "type": self.type,
            "customer": self.customer_id,
            "state": self.state.value,
            "created_at": stamp(self.created_at),
            "body": self.body.decode(errors="replace"),
            "tries": [{**as_json(each), "seconds": round(each.seconds, 4)} for each in self.tries],
        }

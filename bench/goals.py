"""The figures and their goals; the one place where either is changed."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """
    What one figure must come to.

    Attributes:
        says: what is measured.
        limit: the goal.
        least: True if a figure must be at least that, False if at most.
        unit: written behind the number.
    """

    says: str
    limit: float
    least: bool
    unit: str = "x"

    def met(self, value: float) -> bool:
        """Return whether a value is good enough."""
        return value >= self.limit if self.least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.limit:.3g} {self.unit}"


GOALS: Final = {
    "throughput": Goal(
        says="accepted webhooks per second, one server process, against the rival",
        limit=4,
        least=True,
    ),
    "receiver-cpu": Goal(
        says="receiver processor time per accepted webhook, against the rival",
        limit=0.25,
        least=False,
    ),
    "verify-only": Goal(
        says="accepted per second against verify only, same server", limit=0.5, least=True
    ),
    "durable": Goal(
        says="accepted per second with fsync and always against memory and everysec, 50 senders",
        limit=0.7,
        least=True,
    ),
    "p99": Goal(
        says="p99 of the answer at half the rival's top load, against the rival",
        limit=1 / 3,
        least=False,
    ),
    "store-memory": Goal(
        says="store memory per waiting event at the backlog, all keys, against the rival",
        limit=1 / 6,
        least=False,
    ),
    "accept-at-backlog": Goal(
        says="processor time of accepting (receiver, store) at the backlog, against an empty one",
        limit=1.1,
        least=False,
    ),
    "remembered-removal": Goal(
        says="store memory of a finished removal with two effects, all keys, at 100,000 of them",
        limit=700,
        least=False,
        unit="B",
    ),
    "remembered-dry-run": Goal(
        says="the same of a finished removal whose handlers only log",
        limit=300,
        least=False,
        unit="B",
    ),
    "remembered-unwanted": Goal(
        says="the same of an event that no handler wants", limit=120, least=False, unit="B"
    ),
    "events": Goal(
        says="events handled per second, each downstream call taking 50 ms, against the rival",
        limit=10,
        least=True,
    ),
    "worker-cpu": Goal(
        says="worker processor time per event, against three plain Celery tasks",
        limit=1.2,
        least=False,
    ),
    "drain": Goal(
        says="events handled per second with the backlog waiting, against 1,000 waiting",
        limit=0.9,
        least=True,
    ),
    "removal-store-time": Goal(
        says="processor time of the store for a removal at Voucherify, folding included",
        limit=1.5,
        least=False,
        unit="ms",
    ),
    "receiver-memory": Goal(
        says="memory of the process that takes webhooks (PSS; receiver-memory-all adds its parent)",
        limit=45,
        least=False,
        unit="MB",
    ),
    "worker-memory": Goal(
        says="worker's memory with 50 jobs at once (PSS)", limit=120, least=False, unit="MB"
    ),
    "start": Goal(
        says="start of the receiver until ready, processor time", limit=1, least=False, unit="s"
    ),
}

"""Where the values of metrics come from: functions of what is known when `/metrics` is read."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from inbox.admin.fleet_views import DownstreamView, FleetView
from inbox.admin.views import FillState, KeptView, MemoryView, QueueView
from receiver.metrics.row import Samples, Scrape, Source


T = TypeVar("T")
Number = float | None

ANSWER: Final = "answer:"

#: Shown before the first of them: Prometheus sees no increase from nothing.
_NO_ANSWERS: Final = dict.fromkeys(
    (
        "accepted",
        "duplicate",
        "bad_signature",
        "address_not_allowed",
        "body_too_large",
        "incomplete_body",
        "wrong_address",
        "inbox_down",
        "inbox_timeout",
        "inbox_full",
        "inbox_not_durable",
    ),
    0,
)
_NO_SECRETS: Final = {"0": 0, "1": 0}


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter of the store, by its name there."""

    name: str

    def __call__(self, scrape: Scrape) -> int | None:
        """Return how often it was counted."""
        return None if scrape.fleet is None else scrape.fleet.stats.counts.get(self.name, 0)


def fleet(source: Callable[[FleetView], T]) -> Callable[[Scrape], T | None]:
    """Return a source of what the store knows; None if it does not answer."""
    return lambda scrape: None if scrape.fleet is None else source(scrape.fleet)


def part_of(part: Callable[[FleetView], T | None]) -> Callable[[Callable[[T], Number]], Source]:
    """Return sources of a part of that, which may be unknown too."""

    def make(value: Callable[[T], Number]) -> Source:
        def source(scrape: Scrape) -> Number:
            found = None if scrape.fleet is None else part(scrape.fleet)
            return None if found is None else value(found)

        return source

    return make


cap: Final = part_of(lambda known: known.cap)
memory: Final = part_of(lambda known: known.stats.memory)
webhook: Final = part_of(lambda known: known.webhook)
reconcile: Final = part_of(lambda known: known.reconcile)


def own_answers(scrape: Scrape) -> Samples:
    """Return what this process has answered, by result."""
    return [
        ((name.removeprefix(ANSWER),), many)
        for name, many in sorted(scrape.own.items())
        if name.startswith(ANSWER)
    ]


def inbox_up(scrape: Scrape) -> int:
    """Return whether the store answered."""
    return int(scrape.fleet is not None)


@fleet
def jobs(known: FleetView) -> Samples:
    """Return how many jobs are in each state."""
    stats = known.stats
    queued = sum(queue.jobs for queue in stats.queues)
    return [
        (("queued",), queued),
        (("running",), stats.running),
        (("waiting",), stats.waiting),
        (("failed",), stats.failed),
        (("held",), stats.held),
    ]


def kept(value: Callable[[KeptView], Number]) -> Source:
    """Return a source of what is kept within bounds."""
    return fleet(
        lambda known: [
            ((each.set,), found) for each in known.stats.kept if (found := value(each)) is not None
        ]
    )


@fleet
def dropped(known: FleetView) -> Samples:
    """Return what was dropped at a bound."""
    counts = known.stats.counts
    return [((each.set,), counts.get(f"dropped_{each.set}", 0)) for each in known.stats.kept]


@fleet
def answers(known: FleetView) -> Samples:
    """Return what all receivers have answered, by result."""
    found = {**_NO_ANSWERS, **known.answers}
    return [((result,), many) for result, many in sorted(found.items())]


@fleet
def secrets(known: FleetView) -> Samples:
    """Return right signatures, by the position of their secret."""
    found = {**_NO_SECRETS, **known.secrets}
    return [((position,), many) for position, many in sorted(found.items())]


@fleet
def handler_jobs(known: FleetView) -> Samples:
    """Return how many jobs each handler has in each state."""
    return [
        ((state, handler), many)
        for state, handlers in sorted(known.handlers.items())
        for handler, many in sorted(handlers.items())
    ]


@fleet
def queue_ages(known: FleetView) -> Samples:
    """Return the seconds since the oldest job of each queue was queued."""
    return [((queue.queue,), _age(queue.oldest, known.now)) for queue in known.stats.queues]


@fleet
def queue_delay(known: FleetView) -> float:
    """Return the seconds since the oldest job of all queues was queued."""
    return max((_age(queue.oldest, known.now) for queue in known.stats.queues), default=0)


def queues(value: Callable[[QueueView], float]) -> Source:
    """Return a source of each queue."""
    return fleet(lambda known: [((each.queue,), value(each)) for each in known.stats.queues])


def downstreams(value: Callable[[DownstreamView], Number]) -> Source:
    """Return a source of each downstream; one whose value is unknown is left out."""
    return fleet(
        lambda known: [
            ((each.name,), found)
            for each in known.downstreams
            if (found := value(each)) is not None
        ]
    )


@fleet
def last_reaped(known: FleetView) -> Number:
    """Return when the reaper last ended a run, in seconds since 1970."""
    return known.reaped.timestamp() if known.reaped else None


@fleet
def last_reaped_age(known: FleetView) -> Number:
    """Return the seconds since then."""
    return _age(known.reaped, known.now) if known.reaped else None


@fleet
def fates(known: FleetView) -> Samples:
    """Return what became of assignments that were over, by what that is."""
    return [((fate,), many) for fate, many in known.reconcile.fates.items()]


def full_in(known: MemoryView) -> Number:
    """Return the seconds until the store is full, infinite for never; None while unknown."""
    if known.state is FillState.STEADY:
        return math.inf
    return None if known.full_days is None else known.full_days * 86_400


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0) if since else 0

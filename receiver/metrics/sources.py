"""Where the values of metrics come from: functions of what is known when `/metrics` is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from inbox.admin.fleet_views import DelayView, DownstreamView, FleetView
from inbox.admin.views import KeptView
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


def _of_fleet(source: Callable[[FleetView], T]) -> Callable[[Scrape], T | None]:
    """Make a source of what the store knows; None if it does not answer."""
    return lambda scrape: None if scrape.fleet is None else source(scrape.fleet)


def _of_part(part: Callable[[FleetView], T | None]) -> Callable[[Callable[[T], Number]], Source]:
    """Make sources of a part of that, which may be unknown too."""

    def make(value: Callable[[T], Number]) -> Source:
        def source(scrape: Scrape) -> Number:
            found = None if scrape.fleet is None else part(scrape.fleet)
            return None if found is None else value(found)

        return source

    return make


cap: Final = _of_part(lambda fleet: fleet.cap)
memory: Final = _of_part(lambda fleet: fleet.memory)
webhook: Final = _of_part(lambda fleet: fleet.webhook)
reconcile: Final = _of_part(lambda fleet: fleet.reconcile)


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


@_of_fleet
def jobs(fleet: FleetView) -> Samples:
    """Return how many jobs are in each state."""
    stats = fleet.stats
    queued = sum(queue.jobs for queue in stats.queues)
    return [
        (("queued",), queued),
        (("running",), stats.running),
        (("waiting",), stats.waiting),
        (("failed",), stats.failed),
        (("held",), stats.held),
    ]


@_of_fleet
def queue_jobs(fleet: FleetView) -> Samples:
    """Return how many jobs are queued in each queue."""
    return [((queue.queue,), queue.jobs) for queue in fleet.stats.queues]


def kept(value: Callable[[KeptView], Number]) -> Source:
    """Make a source of what is kept within bounds."""
    return _of_fleet(
        lambda fleet: [
            ((each.set,), found) for each in fleet.stats.kept if (found := value(each)) is not None
        ]
    )


@_of_fleet
def dropped(fleet: FleetView) -> Samples:
    """Return what was dropped at a bound."""
    counts = fleet.stats.counts
    return [((each.set,), counts.get(f"dropped_{each.set}", 0)) for each in fleet.stats.kept]


@_of_fleet
def answers(fleet: FleetView) -> Samples:
    """Return what all receivers have answered, by result."""
    found = {**_NO_ANSWERS, **fleet.answers}
    return [((result,), many) for result, many in sorted(found.items())]


@_of_fleet
def secrets(fleet: FleetView) -> Samples:
    """Return right signatures, by the position of their secret."""
    found = {**_NO_SECRETS, **fleet.secrets}
    return [((position,), many) for position, many in sorted(found.items())]


@_of_fleet
def effects(fleet: FleetView) -> Samples:
    """Return how many effects came into a state, by state and kind."""
    return sorted(fleet.effects.items())


@_of_fleet
def events(fleet: FleetView) -> Samples:
    """Return how many events were read, by type and by whether a handler wants them."""
    return sorted(fleet.events.items())


@_of_fleet
def handler_jobs(fleet: FleetView) -> Samples:
    """Return how many jobs each handler has in each state."""
    return [
        ((state, handler), many)
        for state, handlers in sorted(fleet.handlers.items())
        for handler, many in sorted(handlers.items())
    ]


@_of_fleet
def queue_ages(fleet: FleetView) -> Samples:
    """Return the seconds since the oldest job of each queue was queued."""
    return [((queue.queue,), _age(queue.oldest, fleet.now)) for queue in fleet.stats.queues]


@_of_fleet
def queue_delay(fleet: FleetView) -> float:
    """Return the seconds since the oldest job of all queues was queued."""
    return max((_age(queue.oldest, fleet.now) for queue in fleet.stats.queues), default=0)


@_of_fleet
def delivery_delay(fleet: FleetView) -> DelayView:
    """Return how long deliveries took."""
    return fleet.delay


def downstreams(value: Callable[[DownstreamView], Number]) -> Source:
    """Make a source of each downstream; one whose value is unknown is left out."""
    return _of_fleet(
        lambda fleet: [
            ((each.name,), found)
            for each in fleet.downstreams
            if (found := value(each)) is not None
        ]
    )


@_of_fleet
def workers(fleet: FleetView) -> int:
    """Return how many workers live."""
    return fleet.workers


@_of_fleet
def last_reaped(fleet: FleetView) -> Number:
    """Return when the reaper last ended a run, in seconds since 1970."""
    return fleet.reaped.timestamp() if fleet.reaped else None


@_of_fleet
def last_reaped_age(fleet: FleetView) -> Number:
    """Return the seconds since then."""
    return _age(fleet.reaped, fleet.now) if fleet.reaped else None


@_of_fleet
def fates(fleet: FleetView) -> Samples:
    """Return what became of assignments that were over, by what that is."""
    return [((fate,), many) for fate, many in fleet.reconcile.fates.items()]


@_of_fleet
def canary_age(fleet: FleetView) -> Number:
    """Return the seconds since a canary last came through."""
    return fleet.canary_age_seconds


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0) if since else 0

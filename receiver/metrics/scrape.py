from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from inbox.admin.fleet_views import FleetView
from receiver.metrics.counters import Counters
from receiver.metrics.row import Scrape
from receiver.metrics.sources import ANSWER
from receiver.metrics.table import ROWS


_SECRET: Final = "secret:"  # noqa: S105 - where a count stands


class Metrics(Collector):
    """
    What all receivers and workers have seen, and the state of the inbox at the time of asking.

    Every replica reports the same: behind a load balancer, the client does not know which one
    answers.

    Args:
        counters: what this process counts.
        fleet: reads what the store knows; None if it does not answer.
    """

    def __init__(self, counters: Counters, fleet: Callable[[], FleetView | None]) -> None:
        self._counters = counters
        self._fleet = fleet
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def accepted(self, *, duplicate: bool) -> None:
        """Count a webhook that was answered 202."""
        self._counters.count(ANSWER + ("duplicate" if duplicate else "accepted"))

    def refused(self, code: str) -> None:
        """Count a webhook that was answered with an error, by its code."""
        self._counters.count(ANSWER + code)

    def verified(self, position: int) -> None:
        """Count a right signature by the position of its secret."""
        self._counters.count(f"{_SECRET}{position}")

    def exposition(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Return nothing: else registering would ask the store, which may be down at the start."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Return every metric of the table whose value is known."""
        # A value must never be less than another replica's a moment ago, or Prometheus takes the
        # counter for a new one. So this process first adds its own counts to the store.
        self._counters.try_to_report()
        scrape = Scrape(self._fleet(), self._counters.counts())
        found = (row.family(scrape) for row in ROWS)
        yield from (family for family in found if family is not None)

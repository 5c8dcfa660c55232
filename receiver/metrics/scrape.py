from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inbox.admin.fleet_views import FleetView
from inbox.admin.views import Stats
from receiver.metrics.counters import Counters
from receiver.metrics.fleet import of_the_fleet


_ANSWER: Final = "answer:"
_SECRET: Final = "secret:"  # noqa: S105 - where a count stands


class Metrics:
    """
    What all receivers and workers have seen, and the state of the inbox at the time of asking.

    Any replica tells the same, for behind a load balancer nobody knows which one is asked.
    """

    def __init__(self, tally: Counters, fleet: Callable[[], FleetView | None]) -> None:
        self._tally = tally
        self._fleet = fleet
        self._registry = CollectorRegistry()
        self._registry.register(_ProcessCollector(tally))
        self._registry.register(_FleetCollector(self._read))

    def also(self, collector: Collector) -> None:
        """Tell what another collector knows."""
        self._registry.register(collector)

    def accepted(self, *, duplicate: bool) -> None:
        """Count a webhook that was answered 202."""
        self._tally.count("answer:duplicate" if duplicate else "answer:accepted")

    def refused(self, code: str) -> None:
        """Count a webhook that was answered with an error, by its code."""
        self._tally.count(_ANSWER + code)

    def verified(self, position: int) -> None:
        """Count a right signature by the secret that made it."""
        self._tally.count(f"{_SECRET}{position}")

    def exposition(self) -> bytes:
        """Write everything in Prometheus's text format."""
        return generate_latest(self._registry)

    def _read(self) -> FleetView | None:
        # What is told must never be less than what another replica told a moment ago, or it is
        # taken for a counter that began anew: so it is told to the store first, and read there.
        self._tally.try_to_tell()
        return self._fleet()


class _ProcessCollector(Collector):
    def __init__(self, tally: Counters) -> None:
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        webhooks = CounterMetricFamily(
            "perkhook_process_webhooks",
            "Webhooks answered by the one process that answers you now; for the fleet see "
            "perkhook_webhooks_total.",
            labels=["result"],
        )
        for what, many in sorted(self._tally.counts().items()):
            if what.startswith(_ANSWER):
                webhooks.add_metric([what.removeprefix(_ANSWER)], many)
        yield webhooks


class _FleetCollector(Collector):
    def __init__(self, fleet: Callable[[], FleetView | None]) -> None:
        self._fleet = fleet

    def describe(self) -> Iterator[Metric]:
        # Without this, registering would ask the store, which may be down at start.
        return iter(())

    def collect(self) -> Iterator[Metric]:
        fleet = self._fleet()
        up = GaugeMetricFamily("perkhook_inbox_up", "1 if the inbox answered, else 0.")
        up.add_metric([], 0 if fleet is None else 1)
        yield up
        if fleet is not None:
            yield from of_the_inbox(fleet.stats)
            yield from of_the_fleet(fleet)


def of_the_inbox(stats: Stats) -> Iterator[Metric]:
    """Tell what is owed and what is kept."""
    jobs = GaugeMetricFamily("perkhook_jobs", "Jobs owed, by state.", labels=["state"])
    jobs.add_metric(["queued"], sum(queue.jobs for queue in stats.queues))
    jobs.add_metric(["running"], stats.running)
    jobs.add_metric(["waiting"], stats.waiting)
    jobs.add_metric(["failed"], stats.failed)
    jobs.add_metric(["held"], stats.held)
    yield jobs
    queued = GaugeMetricFamily("perkhook_queue_jobs", "Jobs queued.", labels=["queue"])
    for queue in stats.queues:
        queued.add_metric([queue.queue], queue.jobs)
    yield queued
    yield from _kept(stats)


def _kept(stats: Stats) -> Iterator[Metric]:
    kept = GaugeMetricFamily(
        "perkhook_kept", "Failed jobs, and markers of settled deliveries.", labels=["set"]
    )
    limit = GaugeMetricFamily(
        "perkhook_kept_limit",
        "How many of them are kept; known once a worker runs.",
        labels=["set"],
    )
    ratio = GaugeMetricFamily(
        "perkhook_kept_fill_ratio",
        "How near the nearest bound is, by count or age; above 1 the oldest are dropped.",
        labels=["set"],
    )
    dropped = CounterMetricFamily(
        "perkhook_kept_dropped", "Dropped because a bound was reached, by all.", labels=["set"]
    )
    for each in stats.kept:
        kept.add_metric([each.set], each.count)
        if each.limit is not None:
            limit.add_metric([each.set], each.limit)
        if each.fill_ratio is not None:
            ratio.add_metric([each.set], each.fill_ratio)
        dropped.add_metric([each.set], stats.counts.get(f"dropped_{each.set}", 0))
    yield from (kept, limit, ratio, dropped)

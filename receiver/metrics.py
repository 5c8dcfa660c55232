from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inbox.views import Stats


class Metrics:
    """What this receiver has seen, and the state of the inbox at the time of asking."""

    def __init__(self, inbox_stats: Callable[[], Stats | None]) -> None:
        self._registry = CollectorRegistry()
        self._webhooks = Counter(
            "perkhook_webhooks",
            "Webhooks answered by this process, by result.",
            ["result"],
            registry=self._registry,
        )
        self._secrets = Counter(
            "perkhook_signatures_verified",
            "Right signatures by position of the secret in VOUCHERIFY_WEBHOOK_SECRETS.",
            ["position"],
            registry=self._registry,
        )
        self._registry.register(_InboxCollector(inbox_stats))
        # Looking a label up takes longer than counting, so the frequent ones are kept.
        self._accepted = self._webhooks.labels("accepted")
        self._duplicate = self._webhooks.labels("duplicate")

    def also(self, collector: Collector) -> None:
        """Tell what another collector knows."""
        self._registry.register(collector)

    def accepted(self, *, duplicate: bool) -> None:
        """Count a webhook that was answered 202."""
        (self._duplicate if duplicate else self._accepted).inc()

    def refused(self, code: str) -> None:
        """Count a webhook that was answered with an error, by its code."""
        self._webhooks.labels(code).inc()

    def verified(self, position: int) -> None:
        """Count a right signature by the secret that made it."""
        self._secrets.labels(str(position)).inc()

    def exposition(self) -> bytes:
        """Write everything in Prometheus's text format."""
        return generate_latest(self._registry)


class _InboxCollector(Collector):
    def __init__(self, inbox_stats: Callable[[], Stats | None]) -> None:
        self._inbox_stats = inbox_stats

    def describe(self) -> Iterator[Metric]:
        # Without this, registering would ask the store, which may be down at start.
        return iter(())

    def collect(self) -> Iterator[Metric]:
        stats = self._inbox_stats()
        up = GaugeMetricFamily("perkhook_inbox_up", "1 if the inbox answered, else 0.")
        up.add_metric([], 0 if stats is None else 1)
        yield up
        if stats is None:
            return
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

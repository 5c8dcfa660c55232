from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class CanaryCollector(Collector):
    """How long ago the fleet's last canary came through; nothing if none is sent."""

    def __init__(self, age_seconds: Callable[[], float | None]) -> None:
        self._age_seconds = age_seconds

    def describe(self) -> Iterator[Metric]:
        """Tell nothing beforehand: that would ask the store, which may be down at start."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Ask the store."""
        age = self._age_seconds()
        if age is None:
            return
        family = GaugeMetricFamily(
            "perkhook_canary_age_seconds",
            "Seconds since a canary last came through, or since the first was due.",
        )
        family.add_metric([], age)
        yield family

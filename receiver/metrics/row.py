from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString

from inbox.admin.fleet_views import DelayView, FleetView


@dataclass(frozen=True, slots=True)
class Scrape:
    """
    What is known when `/metrics` is read.

    Attributes:
        fleet: what all receivers and workers know together; None if the store does not answer.
        own: what this process has counted since it started, by counter.
    """

    fleet: FleetView | None
    own: Mapping[str, int]


#: Values by those of the labels.
Samples = Iterable[tuple[tuple[str, ...], float]]

#: Returns the value, or None if the metric is left out because nothing is known.
Source = Callable[[Scrape], float | Samples | DelayView | None]

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class Row(NamedTuple):
    """
    One metric.

    Attributes:
        name: without `perkhook_` in front, and without a counter's `_total`.
        kind: its type.
        help: one sentence.
        source: where its value comes from.
        labels: the names of its labels.
    """

    name: str
    kind: type[Family]
    help: str
    source: Source
    labels: tuple[str, ...] = ()

    def family(self, scrape: Scrape) -> Metric | None:
        """Return the metric with its samples; None if it is left out."""
        found = self.source(scrape)
        if found is None:
            return None
        # Each type has another signature, and no common class.
        family: Any = self.kind(f"perkhook_{self.name}", self.help, labels=self.labels)
        if isinstance(found, DelayView):
            to_text: Callable[[float], str] = floatToGoString
            buckets = [(to_text(end), float(many)) for end, many in found.buckets]
            family.add_metric((), buckets, found.sum_seconds)
        else:
            samples = [((), found)] if isinstance(found, float | int) else found
            for values, value in samples:
                family.add_metric(values, value)
        made: Metric = family
        return made

"""Flower's figures of one installation, where Flower itself has one set for the process."""

from flower.events import PrometheusMetrics
from flower.views import BaseHandler
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest


class OwnMetrics(PrometheusMetrics):  # type: ignore[misc]  # Flower ships no types
    """
    The same figures in a registry of their own.

    Attributes:
        registry: holds them and nothing else.
    """

    def __init__(self) -> None:
        super().__init__()
        collectors = [*vars(self).values()]
        self.registry = CollectorRegistry()
        for each in collectors:
            # Where Flower has put them, the next brand's would be the same names again.
            REGISTRY.unregister(each)
            self.registry.register(each)


class Metrics(BaseHandler):  # type: ignore[misc]  # Flower ships no types
    """Answers with what the process uses, and the figures of this brand's workers and tasks."""

    def get(self) -> None:
        """Write them as Prometheus reads them, without a login, as Flower does."""
        self.application.purge_offline_worker_metrics()
        self.write(generate_latest())
        self.write(generate_latest(self.application.events.state.metrics.registry))
        self.set_header("Content-Type", "text/plain")

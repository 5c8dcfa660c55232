"""What reconciliation found, as Prometheus has it."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from inbox.admin.reconcile_view import ReconcileView


def of_reconciliation(told: ReconcileView) -> Iterator[Metric]:
    """Tell counters from nought on: an increase from nothing is none to Prometheus."""
    yield _counter("found", "Removals found that no webhook told of.", told.found)
    yield _counter("delivered", "Of those, how many became deliveries.", told.delivered)
    yield _counter("codes", "Codes whose holders were looked at.", told.codes)
    yield _counter("calls", "Calls to Voucherify's API that it took.", told.calls)
    fates = CounterMetricFamily(
        "perkhook_reconcile_assignments",
        "Assignments that were over and not found to be missed, by what became of them.",
        labels=["fate"],
    )
    for fate, many in told.fates.items():
        fates.add_metric([fate], many)
    yield fates
    yield _gauge("missing", "Removals found that are no deliveries yet.", told.missing)
    yield _gauge("running", "1 while a run goes on.", told.running)
    yield _gauge(
        "interval_seconds", "How often workers begin a run; 0 for never.", told.interval_seconds
    )
    if told.age_seconds is not None:
        yield _gauge(
            "completed_age_seconds",
            "Since all was looked at to the end, or since workers were first to look at it.",
            told.age_seconds,
        )


def _counter(name: str, text: str, value: int) -> Metric:
    family = CounterMetricFamily(f"perkhook_reconcile_{name}", text)
    family.add_metric([], value)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(f"perkhook_reconcile_{name}", text)
    family.add_metric([], value)
    return family

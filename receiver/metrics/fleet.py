"""The fleet's numbers as Prometheus has them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString

from inbox.admin.fleet_views import DownstreamView, FleetView
from receiver.metrics.reconciliation import of_reconciliation
from receiver.metrics.webhook import of_the_webhook


#: Counters of the store: the metric, its help, and the name in the store.
_COUNTED: Final = (
    ("deliveries_accepted", "Deliveries stored, each with its first job.", "accepted"),
    ("deliveries_duplicate", "Bodies that came again and were stored already.", "duplicates"),
    ("deliveries_settled", "Deliveries whose last job has ended, however.", "settled"),
    (
        "deliveries_same_assignment",
        "Deliveries about a removal or an event that another delivery has told of.",
        "same_assignment",
    ),
    ("jobs_done", "Jobs of handlers that were done.", "done"),
    ("jobs_failed", "Jobs set aside for an operator.", "failed"),
    ("jobs_retried", "Runs that failed and will be tried again.", "retries"),
    (
        "jobs_postponed",
        "Runs put off because a downstream could not be called, or a worker stopped.",
        "postponed",
    ),
    ("jobs_held", "Jobs that the brake stopped.", "held"),
    ("leases_over", "Runs whose worker died, froze or was cut off.", "leases_over"),
    ("messages_lost", "Messages that were lost and sent again.", "lost_messages"),
    ("messages_foreign", "Messages in our queues that were none of ours.", "foreign_messages"),
    ("messages_unsent", "Messages that a queue did not take.", "failed_publishes"),
)

#: Told before the first of them: an increase from nothing is none to Prometheus.
_NO_ANSWERS: Final = dict.fromkeys(
    (
        *("accepted", "duplicate", "bad_signature", "address_not_allowed", "body_too_large"),
        *(
            "incomplete_body",
            "wrong_address",
            "inbox_down",
            "inbox_timeout",
            "inbox_full",
            "inbox_not_durable",
        ),
    ),
    0,
)
_NO_SECRETS: Final = {"0": 0, "1": 0}


def of_the_fleet(fleet: FleetView) -> Iterator[Metric]:
    """Tell what receivers and workers know together."""
    counts = fleet.stats.counts
    for name, text, counted in _COUNTED:
        yield _counter(name, text, [], [([], counts.get(counted, 0))])
    yield _counter(
        "webhooks",
        "Webhooks answered by all receivers, by result.",
        ["result"],
        [([result], many) for result, many in sorted({**_NO_ANSWERS, **fleet.answers}.items())],
    )
    yield _counter(
        "signatures_verified",
        "Right signatures by position of the secret in VOUCHERIFY_WEBHOOK_SECRETS.",
        ["position"],
        [([position], many) for position, many in sorted({**_NO_SECRETS, **fleet.secrets}.items())],
    )
    yield _counter(
        "effects",
        "Effects on balances, vouchers and customers that came into a state, by kind.",
        ["state", "kind"],
        [([*key], many) for key, many in sorted(fleet.effects.items())],
    )
    yield _counter(
        "events",
        "Events that workers have read, by type and by whether a handler wants them; 100 types "
        "have names of their own, `?` is for what cannot be one.",
        ["type", "handled"],
        [([*key], many) for key, many in sorted(fleet.events.items())],
    )
    yield from _waiting(fleet)
    yield from _downstreams(fleet.downstreams)
    yield from _brake(fleet)
    yield from _memory(fleet)
    yield from _workers(fleet)
    yield from of_the_webhook(fleet.webhook)
    yield from of_reconciliation(fleet.reconcile)


def _waiting(fleet: FleetView) -> Iterator[Metric]:
    yield _gauge(
        "handler_jobs",
        "Jobs owed, by state and handler; estimated from 1,000 of them where there are more.",
        ["state", "handler"],
        [
            ([state, handler], many)
            for state, handlers in sorted(fleet.handlers.items())
            for handler, many in sorted(handlers.items())
        ],
    )
    ages = [(queue.queue, _age(queue.oldest, fleet.now)) for queue in fleet.stats.queues]
    yield _gauge(
        "queue_oldest_seconds",
        "Age of the oldest queued job; 0 if none is queued.",
        ["queue"],
        [([queue], age) for queue, age in ages],
    )
    yield _gauge(
        "queue_delay_seconds",
        "Age of the oldest job queued in any queue: what to scale workers by.",
        [],
        [([], max((age for _, age in ages), default=0))],
    )
    delay = HistogramMetricFamily(
        "perkhook_delivery_delay_seconds",
        "From the time a delivery was received to the time its last job ended, however it did.",
    )
    buckets = [(_end(end), float(many)) for end, many in fleet.delay.buckets]
    delay.add_metric([], buckets, fleet.delay.sum_seconds)
    yield delay


def _downstreams(downstreams: Iterable[DownstreamView]) -> Iterator[Metric]:
    known = list(downstreams)
    limited = [(each, each.most) for each in known if each.most is not None]
    by_name = ["downstream"]
    yield _gauge(
        "downstream_up",
        "0 from the time its breaker opened, after failures or by its own wish, until a call "
        "ends well; else 1.",
        by_name,
        [([each.name], 1 if each.works else 0) for each in known],
    )
    yield _gauge(
        "downstream_shut_seconds",
        "How long it is not called yet.",
        by_name,
        [([each.name], each.shut_seconds) for each in known],
    )
    yield _gauge(
        "budget_calls_limit",
        "Calls that all workers may make within the window.",
        by_name,
        [([each.name], most) for each, most in limited],
    )
    yield _gauge(
        "budget_calls_left",
        "Calls neither made nor reserved within the window.",
        by_name,
        [([each.name], max(most - each.used, 0)) for each, most in limited],
    )
    yield _gauge(
        "budget_window_seconds",
        "The window of the budget.",
        by_name,
        [([each.name], each.window_seconds) for each, _ in limited],
    )


def _brake(fleet: FleetView) -> Iterator[Metric]:
    if (brake := fleet.brake) is None:
        return
    yield _gauge(
        "brake_jobs_admitted", "Jobs let through in the brake's window.", [], [([], brake.admitted)]
    )
    yield _gauge("brake_jobs_limit", "Jobs that the brake lets through.", [], [([], brake.most)])
    yield _gauge("brake_window_seconds", "The brake's window.", [], [([], brake.window_seconds)])
    if brake.campaign_most is None:
        return
    most, seconds = brake.campaign_most, brake.campaign_window_seconds
    help_text = "Jobs of one campaign that the brake lets through."
    yield _gauge("brake_campaign_jobs_limit", help_text, [], [([], most)])
    yield _gauge("brake_campaign_window_seconds", "The window of that.", [], [([], seconds)])


def _memory(fleet: FleetView) -> Iterator[Metric]:
    if (memory := fleet.memory) is None:
        return
    yield _gauge("store_memory_used_bytes", "Memory of the store.", [], [([], memory.used)])
    if memory.limit is not None and memory.left is not None:
        yield _gauge("store_memory_limit_bytes", "Its maxmemory.", [], [([], memory.limit)])
        yield _gauge(
            "store_memory_headroom_bytes",
            "What webhooks may take before they are refused; below 0 they are.",
            [],
            [([], memory.left)],
        )


def _workers(fleet: FleetView) -> Iterator[Metric]:
    yield _gauge(
        "workers", "Worker processes that told lately that they live.", [], [([], fleet.workers)]
    )
    if fleet.swept is not None:
        yield _gauge(
            "last_sweep_timestamp_seconds",
            "When what is due, abandoned or lost was last sent again, by the store's clock.",
            [],
            [([], fleet.swept.timestamp())],
        )
        yield _gauge(
            "last_sweep_age_seconds",
            "How long ago that is.",
            [],
            [([], _age(fleet.swept, fleet.now))],
        )


def _end(seconds: float) -> str:
    text: str = floatToGoString(seconds)  # type: ignore[no-untyped-call]
    return text


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0) if since else 0


_Samples = Iterable[tuple[list[str], float]]


def _gauge(name: str, text: str, labels: list[str], samples: _Samples) -> Metric:
    family = GaugeMetricFamily(f"perkhook_{name}", text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _counter(name: str, text: str, labels: list[str], samples: _Samples) -> Metric:
    family = CounterMetricFamily(f"perkhook_{name}", text, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family

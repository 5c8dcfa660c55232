"""What Voucherify says of the webhook, as Prometheus has it."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from inbox.admin.fleet_views import WebhookView


def of_the_webhook(webhook: WebhookView | None) -> Iterator[Metric]:
    """Tell nothing where nobody looks, and of what is not known only how long it is not."""
    if webhook is None:
        return
    yield _gauge(
        "look_age_seconds",
        "Since Voucherify last told how the webhook is, or since a worker was first to ask.",
        webhook.age_seconds,
    )
    if webhook.active is not None:
        yield _gauge(
            "active",
            "1 if the webhook is there and switched on; 0 if Voucherify sends nothing.",
            webhook.active,
        )
    if webhook.listed is not None:
        yield _gauge(
            "event_listed",
            "1 if customer.holder.assignment.deleted is among the events that it is sent.",
            webhook.listed,
        )


def _gauge(name: str, text: str, value: float) -> Metric:
    family = GaugeMetricFamily(f"perkhook_voucherify_webhook_{name}", text)
    family.add_metric([], value)
    return family

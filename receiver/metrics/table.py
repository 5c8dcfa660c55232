"""
Every metric of `/metrics`: its name, type, help, where its value comes from, and its labels.

To add one, add a row. `tests/unit/receiver/test_metrics_table.py` names a row that nothing feeds,
and a value of the read model that no row shows.
"""

from typing import Final

from prometheus_client.core import CounterMetricFamily as Counter
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import HistogramMetricFamily as Histogram

from receiver.metrics import sources as of
from receiver.metrics.row import Row
from receiver.metrics.sources import Counted


ROWS: Final = (
    Row("process_webhooks", Counter, "Webhooks answered by the one process that answers you now; "
        "for the fleet see perkhook_webhooks_total.", of.own_answers, ("result",)),
    Row("inbox_up", Gauge, "1 if the inbox answered, else 0.", of.inbox_up),
    Row("jobs", Gauge, "Pending jobs, by state.", of.jobs, ("state",)),
    Row("queue_jobs", Gauge, "Jobs queued.", of.queues(lambda queue: queue.jobs), ("queue",)),
    Row("kept", Gauge, "Failed jobs, and markers of completed deliveries.",
        of.kept(lambda kept: kept.count), ("set",)),
    Row("kept_limit", Gauge, "How many of them are kept; known once a worker runs.",
        of.kept(lambda kept: kept.limit), ("set",)),
    Row("kept_fill_ratio", Gauge, "How near the nearest bound is, by count or age; above 1 the "
        "oldest are dropped.", of.kept(lambda kept: kept.fill_ratio), ("set",)),
    Row("kept_dropped", Counter, "Dropped because a bound was reached, by all.",
        of.dropped, ("set",)),
    Row("deliveries_accepted", Counter, "Deliveries stored, each with its first job.",
        Counted("accepted")),
    Row("deliveries_duplicate", Counter, "Bodies that came again and were stored already.",
        Counted("duplicates")),
    Row("deliveries_settled", Counter, "Deliveries whose last job has ended, however.",
        Counted("settled")),
    Row("deliveries_same_assignment", Counter, "Deliveries about a removal or an event that "
        "another delivery has reported.", Counted("same_assignment")),
    Row("jobs_done", Counter, "Jobs of handlers that were done.", Counted("done")),
    Row("jobs_failed", Counter, "Jobs set aside for an operator.", Counted("failed")),
    Row("jobs_retried", Counter, "Runs that failed and will be tried again.", Counted("retries")),
    Row("jobs_postponed", Counter, "Runs put off because a downstream could not be called, or a "
        "worker stopped.", Counted("postponed")),
    Row("jobs_held", Counter, "Jobs that the rate cap held.", Counted("held")),
    Row("leases_over", Counter, "Runs whose worker died, froze or was cut off.",
        Counted("leases_over")),
    Row("messages_lost", Counter, "Messages that were lost and sent again.",
        Counted("lost_messages")),
    Row("messages_foreign", Counter, "Messages in our queues that were none of ours.",
        Counted("foreign_messages")),
    Row("messages_unsent", Counter, "Messages that a queue did not take.",
        Counted("failed_publishes")),
    Row("webhooks", Counter, "Webhooks answered by all receivers, by result.",
        of.answers, ("result",)),
    Row("signatures_verified", Counter, "Right signatures by position of the secret in "
        "VOUCHERIFY_WEBHOOK_SECRETS.", of.secrets, ("position",)),
    Row("effects", Counter, "Effects on balances, vouchers and customers that came into a state, "
        "by kind.", of.fleet(lambda fleet: sorted(fleet.effects.items())), ("state", "kind")),
    Row("events", Counter, "Events that workers have read, by type and by whether a handler wants "
        "them; 100 types have names of their own, `?` is for what cannot be one.",
        of.fleet(lambda fleet: sorted(fleet.events.items())), ("type", "handled")),
    Row("handler_jobs", Gauge, "Pending jobs, by state and handler; estimated from 1,000 of them "
        "where there are more.", of.handler_jobs, ("state", "handler")),
    Row("queue_oldest_seconds", Gauge, "Age of the oldest queued job; 0 if none is queued.",
        of.queue_ages, ("queue",)),
    Row("queue_delay_seconds", Gauge, "Age of the oldest job queued in any queue: what to scale "
        "workers by.", of.queue_delay),
    Row("delivery_delay_seconds", Histogram, "From the time a delivery was received to the time "
        "its last job ended, however it did.", of.fleet(lambda fleet: fleet.delay)),
    Row("downstream_up", Gauge, "0 from the time its breaker opened, after failures or at its own "
        "request, until a call ends well; else 1.",
        of.downstreams(lambda each: each.works), ("downstream",)),
    Row("downstream_shut_seconds", Gauge, "How long its breaker stays open.",
        of.downstreams(lambda each: each.shut_seconds), ("downstream",)),
    Row("budget_calls_limit", Gauge, "Calls that all workers may make within the window.",
        of.downstreams(lambda each: each.most), ("downstream",)),
    Row("budget_calls_left", Gauge, "Calls neither made nor reserved within the window.",
        of.downstreams(lambda each: each.left), ("downstream",)),
    Row("budget_window_seconds", Gauge, "The window of the budget.",
        of.downstreams(lambda each: each.window_seconds), ("downstream",)),
    Row("brake_jobs_admitted", Gauge, "Jobs admitted in the rate cap's window.",
        of.cap(lambda cap: cap.admitted)),
    Row("brake_jobs_limit", Gauge, "Jobs that the rate cap admits.",
        of.cap(lambda cap: cap.most)),
    Row("brake_window_seconds", Gauge, "The rate cap's window.",
        of.cap(lambda cap: cap.window_seconds)),
    Row("brake_campaign_jobs_limit", Gauge, "Jobs of one campaign that the rate cap admits.",
        of.cap(lambda cap: cap.campaign_most)),
    Row("brake_campaign_window_seconds", Gauge, "The window of that.",
        of.cap(lambda cap: cap.campaign_window_seconds)),
    Row("store_memory_used_bytes", Gauge, "Memory of the store.",
        of.memory(lambda memory: memory.used)),
    Row("store_memory_limit_bytes", Gauge, "Its maxmemory.",
        of.memory(lambda memory: memory.limit)),
    Row("store_memory_headroom_bytes", Gauge, "What webhooks may take before they are refused; "
        "below 0 they are.", of.memory(lambda memory: memory.left)),
    Row("store_memory_daily_growth_bytes", Gauge, "What a day adds to the memory of the store, by "
        "the last day or week, whichever adds more.", of.memory(lambda memory: memory.daily)),
    Row("store_full_in_seconds", Gauge, "When webhooks are refused at that rate; infinite if the "
        "store does not fill, missing while that is unknown.", of.memory(of.full_in)),
    Row("store_evicts", Gauge, "1 if the store deletes keys when it is full.",
        of.memory(lambda memory: memory.evicts)),
    Row("workers", Gauge, "Worker processes that have reported lately.",
        of.fleet(lambda fleet: fleet.workers)),
    Row("last_sweep_timestamp_seconds", Gauge, "When what is due, abandoned or lost was last sent "
        "again, by the store's clock.", of.last_reaped),
    Row("last_sweep_age_seconds", Gauge, "How long ago that is.", of.last_reaped_age),
    Row("voucherify_webhook_look_age_seconds", Gauge, "Since Voucherify last reported the "
        "webhook's state, or since the first check was due.",
        of.webhook(lambda webhook: webhook.age_seconds)),
    Row("voucherify_webhook_active", Gauge, "1 if the webhook is there and switched on; 0 if "
        "Voucherify sends nothing.", of.webhook(lambda webhook: webhook.active)),
    Row("voucherify_webhook_event_listed", Gauge, "1 if customer.holder.assignment.deleted is "
        "among the events that it is sent.", of.webhook(lambda webhook: webhook.listed)),
    Row("reconcile_found", Counter, "Removals found without a webhook.",
        of.reconcile(lambda found: found.found)),
    Row("reconcile_delivered", Counter, "Of those, how many became deliveries.",
        of.reconcile(lambda found: found.delivered)),
    Row("reconcile_codes", Counter, "Codes whose holders were read.",
        of.reconcile(lambda found: found.codes)),
    Row("reconcile_calls", Counter, "Calls to Voucherify's API that it took.",
        of.reconcile(lambda found: found.calls)),
    Row("reconcile_assignments", Counter, "Assignments that were over and not found to be missed, "
        "by what became of them.", of.fates, ("fate",)),
    Row("reconcile_missing", Gauge, "Removals found that are no deliveries yet.",
        of.reconcile(lambda found: found.missing)),
    Row("reconcile_running", Gauge, "1 while a run is under way.",
        of.reconcile(lambda found: found.running)),
    Row("reconcile_interval_seconds", Gauge, "How often workers begin a run; 0 for never.",
        of.reconcile(lambda found: found.interval_seconds)),
    Row("reconcile_completed_age_seconds", Gauge, "Since a run of the workers' scope ended, or "
        "since the first was due.", of.reconcile(lambda found: found.age_seconds)),
    Row("canary_age_seconds", Gauge, "Seconds since a canary last came through, or since the first "
        "was due.", of.fleet(lambda fleet: fleet.canary_age_seconds)),
)  # fmt: skip

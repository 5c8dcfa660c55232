"""What looks, from a worker, at whether webhooks can come at all, and for those that did not."""

from contextlib import suppress

from redis import Redis, RedisError

from inbox.state.assignments import AssignmentRegistry
from inbox.state.canary import CanaryRecord
from inbox.state.webhook import WebhookRecord
from worker.periodic.canary import CanaryTask
from worker.periodic.loop import PeriodicTask
from worker.periodic.reconcile import ReconcileTask
from worker.periodic.webhook_check import WebhookCheck
from worker.settings.worker import WorkerSettings


def start_watches(settings: WorkerSettings, store: Redis, caller: str) -> tuple[PeriodicTask, ...]:
    """
    Start what the settings ask for, and let the fleet forget what they do not.

    Its age would grow otherwise, and an alert with it. A store that is away is met by the sweep.
    """
    watches: list[PeriodicTask] = []
    canaries, webhooks = CanaryRecord(store), WebhookRecord(store)
    assignments = AssignmentRegistry(store, memory_seconds=settings.removal_memory_seconds)
    if settings.canary is not None:
        watches.append(CanaryTask(canaries, caller, settings.canary))
    else:
        with suppress(RedisError):
            canaries.forget()
    if settings.webhook_watch is not None:
        api_url = settings.perks.voucherify_url
        watches.append(WebhookCheck(webhooks, caller, settings.webhook_watch, api_url))
    else:
        with suppress(RedisError):
            webhooks.forget()
    if settings.reconcile.interval_seconds:
        watches.append(ReconcileTask(settings, store))
    else:
        with suppress(RedisError):
            assignments.no_turns()
    for watch in watches:
        watch.start()
    return tuple(watches)

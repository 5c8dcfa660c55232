"""The periodic tasks that find out whether webhooks can come, and which did not."""

from contextlib import suppress

from redis import RedisError

from inbox.state.assignments import AssignmentRegistry
from inbox.state.canary import CanaryRecord
from inbox.state.webhook import WebhookRecord
from inbox.store.client import StoreClient
from worker.periodic.canary import CanaryTask
from worker.periodic.loop import PeriodicTask
from worker.periodic.reconcile import ReconcileTask
from worker.periodic.webhook_check import WebhookCheck
from worker.settings.worker import WorkerSettings


def make_checks(
    settings: WorkerSettings, store: StoreClient, caller: str
) -> tuple[PeriodicTask, ...]:
    """
    Return the tasks that the settings ask for, and let the fleet forget the others.

    Otherwise the age of a check that is off would grow and cause an alert. An unavailable store
    is handled by the reaper.
    """
    checks: list[PeriodicTask] = []
    canaries, webhooks = CanaryRecord(store), WebhookRecord(store)
    assignments = AssignmentRegistry(store, memory_seconds=settings.removal_memory_seconds)
    if settings.canary is not None:
        checks.append(CanaryTask(canaries, caller, settings.canary))
    else:
        with suppress(RedisError):
            canaries.forget()
    if settings.webhook_check is not None:
        api_url = settings.perks.voucherify_url
        checks.append(WebhookCheck(webhooks, caller, settings.webhook_check, api_url))
    else:
        with suppress(RedisError):
            webhooks.forget()
    if settings.reconcile.interval_seconds:
        checks.append(ReconcileTask(settings, store))
    else:
        with suppress(RedisError):
            assignments.no_turns()
    return tuple(checks)

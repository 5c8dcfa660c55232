"""What looks, from a worker, at whether webhooks can come at all, and for those that did not."""

from contextlib import suppress

from redis import Redis, RedisError

from inbox.state.assignments import Book
from inbox.state.canary import CanaryBook
from inbox.state.webhook import WebhookBook
from worker.periodic.canary import Canary
from worker.periodic.loop import Loop
from worker.periodic.reconcile import Reconciling
from worker.periodic.webhook_check import WebhookWatch
from worker.settings.worker import WorkerSettings


def start_watches(settings: WorkerSettings, store: Redis, caller: str) -> tuple[Loop, ...]:
    """
    Start what the settings ask for, and let the fleet forget what they do not.

    Its age would grow otherwise, and an alert with it. A store that is away is met by the sweep.
    """
    watches: list[Loop] = []
    canaries, webhooks = CanaryBook(store), WebhookBook(store)
    assignments = Book(store, memory_seconds=settings.removal_memory_seconds)
    if settings.canary is not None:
        watches.append(Canary(canaries, caller, settings.canary))
    else:
        with suppress(RedisError):
            canaries.forget()
    if settings.webhook_watch is not None:
        api_url = settings.perks.voucherify_url
        watches.append(WebhookWatch(webhooks, caller, settings.webhook_watch, api_url))
    else:
        with suppress(RedisError):
            webhooks.forget()
    if settings.reconcile.interval_seconds:
        watches.append(Reconciling(settings, store))
    else:
        with suppress(RedisError):
            assignments.no_turns()
    for watch in watches:
        watch.start()
    return tuple(watches)

"""A Celery queue that takes nothing: a foreign application has put something under its name."""

from typing import Any

import pytest

from inbox.admin.queries import Admin
from inbox.errors import InboxUnavailableError
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim, FannedOut
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent


QUEUES = ("deliveries", "perks", "crm")


def test_a_webhook_that_cannot_be_enqueued_is_refused_and_not_stored(
    intake: Intake, desk: Admin, store: Any
) -> None:
    """Nothing of it stays, and the same body is accepted anew once the queue is one again."""
    store.set(KEYS.celery + "deliveries", "someone else's")
    with pytest.raises(InboxUnavailableError):
        intake.accept(b"{}")
    left = {name.decode() for name in store.keys(KEYS.prefix + "*")} - {KEYS.celery + "deliveries"}
    assert left == {KEYS.counts}
    stats = desk.stats()
    assert stats.counts == {"failed_publishes": 1}
    assert [queue.messages for queue in stats.queues] == [0]

    store.delete(KEYS.celery + "deliveries")
    assert not intake.accept(b"{}").duplicate
    assert_consistent(store)


def test_a_handlers_job_whose_message_cannot_be_sent_is_sent_later(
    intake: Intake, jobs: Jobs, store: Any
) -> None:
    """The process job ends as ever, other queues continue, and the reaper sends what is missing."""
    delivery = intake.accept(b"{}").delivery
    store.set(KEYS.celery + "crm", "someone else's")
    claim = jobs.claim(f"{delivery}:process:1")
    assert isinstance(claim, Claim)
    handlers = [("notify_crm", "crm"), ("revoke_referral_perks", "perks")]

    assert jobs.fan_out(claim, handlers, outcome="handed on") == FannedOut(2)
    assert isinstance(jobs.claim(f"{delivery}:revoke_referral_perks:1"), Claim)
    assert jobs.reap("a", QUEUES, 0.001) is not False

    store.delete(KEYS.celery + "crm")
    _reap_until_sent(jobs, store)
    (message,) = store.lrange(KEYS.celery + "crm", 0, -1)
    assert f"{delivery}:notify_crm".encode() in message
    assert_consistent(store)


def _reap_until_sent(jobs: Jobs, store: Any) -> None:
    # A message counts as lost when two checks, some time apart, have not seen it.
    for number in range(200):
        jobs.reap(f"b{number}", QUEUES, 0.001)
        if store.llen(KEYS.celery + "crm"):
            return
    raise AssertionError("the reaper did not find the lost message")

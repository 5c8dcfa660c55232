import pytest

from inbox.errors import InboxUnavailableError
from inbox.model.job import FannedOut, Reaped, SameAssignment
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import HANDLERS, QUEUES, House


def test_a_full_store_refuses_a_body_and_keeps_nothing_of_it(own: House) -> None:
    """A body that does not fit is refused whole, with the reason, and duplicates alike."""
    own.intake.accept(b"before")
    before = snapshot(own.store)
    _fill(own)

    for body in (b"after", b"before"):
        with pytest.raises(InboxUnavailableError, match="maxmemory") as caught:
            own.intake.accept(body)
        assert caught.value.reason == "full"

    assert snapshot(own.store) == before


def test_work_continues_while_the_store_is_full(own: House) -> None:
    """Whatever ends work frees memory, so each of it continues in a full store."""
    bodies = (b"1", b"2", b"3", b"4", b"5")
    tasks = [f"{own.intake.accept(body).delivery}:process:1" for body in bodies]
    _fill(own)
    own.jobs.declare(QUEUES)
    first, second, third, fourth, fifth = (own.claim(task) for task in tasks)

    assert own.jobs.fan_out(first, HANDLERS, outcome="on", identity="h") == FannedOut(2)
    assert own.jobs.fan_out(second, HANDLERS, outcome="on", identity="h") == SameAssignment(
        first.delivery
    )
    assert own.jobs.done(own.claim(f"{first.delivery}:notify_crm:1"), "told")
    assert own.jobs.wait(third, 0, "asked_to_wait", "an error")
    assert own.jobs.fail(fourth, "no_such", "an error")
    assert own.jobs.fail(fifth, "no_such", "an error")
    assert own.admin.retry(fourth.job, who="ops") == "queued"
    assert own.admin.discard(fifth.job, who="ops", why="a test") == "discarded"
    assert own.admin.replay(first.delivery, who="ops") == "queued"
    assert own.reap() == Reaped(due=1)

    assert own.admin.stats().counts["settled"] == 2
    assert_consistent(own.store)


def test_a_reaper_run_in_a_full_store_finds_what_is_lost(own: House) -> None:
    """Leases that are over and lost messages are found though no memory is left."""
    claim = own.process(b"1")
    own.store.zadd(KEYS.running, {claim.job: 1}, xx=True)
    lost = own.intake.accept(b"2").delivery
    own.store.delete(KEYS.celery + "deliveries")
    own.tick()
    own.store.hset(KEYS.looked, "deliveries", "9999999999999:0")
    _fill(own)

    assert own.reap() == Reaped(lease_over=1, lost=1)

    assert own.dispatches(f"{lost}:process") == 2
    assert_consistent(own.store)


def test_a_store_that_has_room_again_takes_bodies_again(own: House) -> None:
    """Nothing need be restarted after a store was full."""
    _fill(own)
    with pytest.raises(InboxUnavailableError):
        own.intake.accept(b"{}")
    with pytest.raises(InboxUnavailableError):
        own.intake.check()

    own.store.config_set("maxmemory", 0)

    own.intake.check()
    assert not own.intake.accept(b"{}").duplicate
    assert_consistent(own.store)


def _fill(house: House) -> None:
    house.store.config_set("maxmemory", 1)

import json
from typing import Any

import pytest

from inbox import keys
from inbox.ids import delivery_of
from inbox.jobs import REAP_BATCH
from inbox.message import as_we_write_it
from inbox.model.job import Reaped
from tests.conftest import LEASE_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import HANDLERS, QUEUES, House, lose_messages


LEASE_MS = LEASE_SECONDS * 1000


def test_a_lost_message_is_found_at_the_second_check(house: House) -> None:
    """A message that is nowhere may be on its way: it is sent again at the next check."""
    job = _accept(house)
    house.store.delete(KEYS.celery + "deliveries")

    assert house.reap() == Reaped()
    assert house.reap() == Reaped()  # a second read at once does not count
    house.checks_are_old()
    assert house.reap() == Reaped(lost=1)

    assert house.dispatches(job) == 2
    assert_consistent(house.store)


def test_a_message_that_is_lost_again_is_found_again(house: House) -> None:
    """Each message has its own two checks."""
    job = _accept(house)
    house.store.delete(KEYS.celery + "deliveries")
    assert house.searched_twice() == Reaped(lost=1)
    house.store.delete(KEYS.celery + "deliveries")
    house.checks_are_old()

    assert house.reap() == Reaped()
    house.checks_are_old()
    assert house.reap() == Reaped(lost=1)

    assert house.dispatches(job) == 3


def test_a_long_queue_is_not_grown_and_its_losses_are_found(house: House) -> None:
    """Of ten thousand old jobs only the three whose messages are gone are sent again."""
    house.accept_many(10_000)
    _queued_long_ago(house.store, "deliveries")
    assert house.searched_twice() == Reaped()
    gone = [_task(house.store.rpop(KEYS.celery + "deliveries")) for _ in range(3)]

    house.checks_are_old()
    assert house.reap() == Reaped()
    house.checks_are_old()
    assert house.reap() == Reaped(lost=3)
    house.checks_are_old()
    assert house.reap() == Reaped()

    again = [_task(raw) for raw in house.store.lrange(KEYS.celery + "deliveries", 0, 2)]
    assert [task.rpartition(":")[0] for task in gone] == [
        task.rpartition(":")[0] for task in reversed(again)
    ]
    assert house.store.llen(KEYS.celery + "deliveries") == 10_000
    assert_consistent(house.store)


def test_a_queue_that_was_emptied_is_made_good_in_two_checks(house: House) -> None:
    """However many messages are lost, the second check sends them all."""
    house.accept_many(5 * REAP_BATCH)
    house.store.delete(KEYS.celery + "deliveries")

    assert house.searched_twice() == Reaped(lost=5 * REAP_BATCH)

    assert_consistent(house.store)


def test_a_message_that_a_worker_holds_is_left_for_the_time_of_a_lease(house: House) -> None:
    """A worker may hold a message unclaimed; only when it must be dead is it sent again."""
    job = _accept(house)
    _take(house, "deliveries")

    assert house.searched_twice() == Reaped()
    house.checks_are_old(LEASE_MS - 5_000)
    assert house.reap() == Reaped()
    house.checks_are_old(10_000)
    assert house.reap() == Reaped(lost=1)

    assert house.dispatches(job) == 2
    assert_consistent(house.store)


def test_held_messages_do_not_hide_lost_ones(house: House) -> None:
    """More held messages than a batch, all older, do not keep a lost one from being found."""
    for number in range(REAP_BATCH + 50):
        _accept(house, b"%d" % number)
        _take(house, "deliveries")
    job = _accept(house, b"lost")
    house.store.delete(KEYS.celery + "deliveries")

    assert house.searched_twice() == Reaped(lost=1)

    assert house.dispatches(job) == 2


def test_the_note_that_a_message_is_held_goes_with_its_claim(house: House) -> None:
    """A job that is sent and held again later has the whole time of a lease again."""
    job = _accept(house)
    _take(house, "deliveries")
    house.searched_twice()
    assert house.store.hexists(KEYS.job + job, "held")

    house.claim(f"{job}:1")

    assert not house.store.hexists(KEYS.job + job, "held")


def test_queue_messages_of_jobs_sent_again_do_not_make_others_seem_lost(house: House) -> None:
    """Dead workers' messages that come back first in line say nothing of the queue's age."""
    for number in range(25):
        _accept(house, b"%d" % number)
    raws = [house.store.rpop(KEYS.celery + "deliveries") for _ in range(25)]
    assert house.searched_twice() == Reaped(lost=25)
    house.tick()
    older = house.store.time()[0] * 1000 - 60_000
    job = _accept(house, b"behind")
    raw = house.store.lpop(KEYS.celery + "deliveries")
    house.store.rpush(KEYS.celery + "deliveries", raw, *raws)
    house.store.zadd(KEYS.fresh, {delivery_of(job): older}, xx=True)
    house.checks_are_old()

    assert house.reap() == Reaped()
    house.checks_are_old()
    assert house.reap() == Reaped()

    assert_consistent(house.store)


def test_messages_given_back_out_of_order_are_not_lost(house: House) -> None:
    """A worker that stops gives its messages back in any order; none is sent twice."""
    for body in (b"1", b"2", b"3", b"4"):
        _accept(house, body)
    _queued_long_ago(house.store, "deliveries")
    raws = [house.store.rpop(KEYS.celery + "deliveries") for _ in range(3)]
    for raw in raws:
        house.store.rpush(KEYS.celery + "deliveries", raw)

    assert house.searched_twice() == Reaped()


@pytest.mark.parametrize("queue", ["deliveries", "crm"])
def test_a_queue_of_old_messages_only_is_left_to_the_workers(house: House, queue: str) -> None:
    """Messages of jobs long done are no sign that others were lost."""
    if queue == "crm":
        house.handlers()
    else:
        _accept(house)
    _accept(house, b"other")
    house.store.delete(KEYS.celery + queue)
    house.store.lpush(
        KEYS.celery + queue, json.dumps({"properties": {"correlation_id": "x:y:1"}}), "no json"
    )
    house.store.lpush(KEYS.celery + queue, "x:y:1", 'x:y:1 {"baggage":"a"}')

    assert house.searched_twice() == Reaped()


@pytest.mark.parametrize("blank", ["", " "])
def test_whole_messages_in_a_queue_are_seen_too(house: House, blank: str) -> None:
    """An older release wrote them, and kombu gives back what it took as such."""
    for number in range(3):
        _accept(house, b"%d" % number)
    _queued_long_ago(house.store, "deliveries")
    for raw in house.store.lrange(KEYS.celery + "deliveries", 0, -1):
        whole = json.loads(as_we_write_it(raw, "deliveries") or b"")
        text = json.dumps(whole, separators=("," + blank, ":" + blank))
        house.store.linsert(KEYS.celery + "deliveries", "BEFORE", raw, text)
        house.store.lrem(KEYS.celery + "deliveries", 1, raw)

    assert house.searched_twice() == Reaped()
    house.checks_are_old()
    gone = house.store.rpop(KEYS.celery + "deliveries")
    house.checks_are_old()
    assert house.reap() == Reaped()
    house.checks_are_old()
    assert house.reap() == Reaped(lost=1)

    assert house.dispatches(json.loads(gone)["headers"]["id"].rpartition(":")[0]) == 2


def test_a_queue_message_that_an_older_worker_drops_is_sent_again_and_spends_no_try(
    house: House,
) -> None:
    """While a deployment rolls, workers before it take it for a foreign message."""
    delivery = house.handlers(b"1")
    jobs = [_accept(house), *(f"{delivery}:{name}" for name, _ in HANDLERS)]
    assert lose_messages(house.store) == len(QUEUES)

    assert house.searched_twice() == Reaped(lost=3)

    assert [house.claim(f"{job}:2").tries for job in jobs] == [1, 1, 1]
    assert_consistent(house.store)


def test_a_retried_job_whose_message_is_lost_is_found(house: House) -> None:
    """A message that an operator's retry wrote is checked after like any other."""
    job = house.failed()
    house.admin.retry(job, who="ops")
    house.store.delete(KEYS.celery + "deliveries")

    assert house.searched_twice() == Reaped(lost=1)

    assert house.claim(f"{job}:3").tries == 1


def _accept(house: House, body: bytes = b"{}") -> str:
    return f"{house.intake.accept(body).delivery}:process"


def _take(house: House, queue: str) -> None:
    raw = house.store.rpop(KEYS.celery + queue)
    house.store.hset(KEYS.unacked, _task(raw), "held")


def _task(raw: Any) -> str:
    return str(raw.decode().partition(" ")[0])


def _queued_long_ago(store: Any, queue: str) -> None:
    """Make every queued job much older, one a millisecond, in the order of their messages."""
    assert queue == keys.DELIVERIES_QUEUE
    old = {
        delivery_of(_task(raw)): 1_700_000_000_000 + place
        for place, raw in enumerate(reversed(store.lrange(KEYS.celery + queue, 0, -1)))
    }
    assert store.zcard(KEYS.fresh) == len(old)
    store.zadd(KEYS.fresh, old, xx=True)

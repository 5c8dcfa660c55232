"""Nothing that stands in a queue stops a worker, and what was ours runs once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inbox.admin.queries import Admin
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim
from inbox.store.packing import pack
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS, connect
from tests.integration.worker.foreign import damaged, of_no_one, written
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import Station, environment, until, working
from tests.processes import PATIENCE_SECONDS
from tests.samples import PERSONAL, assignment_deleted, body
from tests.stores import running_store
from worker.run.flow import DEPLOYMENT_TRIES


QUEUES = ("deliveries", "perks", "crm")
DRY = {"PERKS_BACKEND": "dry-run", "CRM_BACKEND": "dry-run"}


@pytest.fixture
def made(tmp_path: Path, shop: Shop) -> Iterator[Station]:
    """Start a worker that calls no one, on a store that may hold something already."""
    with (
        running_store() as url,
        closing(connect(url, max_connections=4, answer_timeout=10)) as client,
        working(environment(url, shop, **DRY), tmp_path / "worker.log") as worker,
    ):
        desk = Admin(client, dedupe_window_seconds=WINDOW_SECONDS)
        until(worker.is_ready, seconds=PATIENCE_SECONDS)
        yield Station(worker, shop, url, Intake(client), desk)


@pytest.fixture
def store(made: Station) -> Iterator[Any]:
    """The store of that worker."""
    with connect(made.redis_url, max_connections=2, answer_timeout=30) as client:
        yield client


def _completes(made: Station, number: int) -> None:
    """A good event is handled, by the process that was there from the start."""
    delivery = made.intake.accept(body(assignment_deleted(number))).delivery
    until(lambda: (found := made.desk.delivery(delivery)) and found.completed)
    assert made.worker.process.poll() is None


def test_what_is_none_of_ours_is_dropped_and_counted(made: Station, store: Any) -> None:
    """In each queue each foreign message is reported in one line, and the worker continues."""
    foreign = of_no_one()
    for number, (name, raw) in enumerate(foreign.items()):
        store.lpush(KEYS.celery + QUEUES[number % 3], raw)
        if "huge" in name or number % 5 == 0:
            _completes(made, number)
    _completes(made, 1000)
    until(lambda: not any(store.llen(KEYS.celery + queue) for queue in QUEUES))

    until(lambda: made.desk.stats().counts.get("foreign_messages") == len(foreign))
    lines = made.worker.logs("message.foreign")
    assert [line["queue"] for line in lines].count("crm") == len(foreign) // 3
    assert len(lines) == len(foreign)
    assert "Unrecoverable" not in made.worker.text
    assert "b5b5" not in made.worker.text
    until(lambda: store.hlen(KEYS.unacked) == 0)


def test_damaged_messages_of_a_job_let_it_run_once(
    made: Station, store: Any, tmp_path: Path
) -> None:
    """However its messages are damaged, the job is run once, and nothing in them is acted upon."""
    trace = tmp_path / "evil"
    deliveries = []
    for number, name in enumerate(damaged("0" * 32 + ":process", trace)):
        raw = body(assignment_deleted(number))
        job = delivery_id(raw) + ":process"
        # Before the good one, which then says nothing new.
        store.lpush(KEYS.celery + "deliveries", damaged(job, trace)[name])
        deliveries.append(made.intake.accept(raw).delivery)

    until(lambda: all((it := made.desk.delivery(each)) and it.completed for each in deliveries))

    assert made.worker.process.poll() is None
    assert not trace.exists()
    assert not any(text in made.worker.text for text in PERSONAL)
    counts = made.desk.stats().counts
    assert counts["settled"] == len(deliveries)
    assert counts["done"] == 2 * len(deliveries)


def test_a_job_whose_message_was_dropped_is_sent_again(made: Station, store: Any) -> None:
    """Its only message became unreadable in the queue: the reaper sees that it is lost."""
    raw = body(assignment_deleted(5))
    delivery = delivery_id(raw)
    _accept_without_message(store, raw, instead=b"\x80 spoilt")

    until(lambda: (found := made.desk.delivery(delivery)) and found.completed)

    until(lambda: made.desk.stats().counts.get("foreign_messages"))
    counts = made.desk.stats().counts
    assert (counts["foreign_messages"], counts["settled"]) == (1, 1)
    assert counts["lost_messages"] >= 1


def test_a_job_whose_handler_was_taken_away_fails(made: Station, store: Any) -> None:
    """It is tried while a deployment may be under way, and then ends as `no_handler`."""
    jobs = Jobs(
        store,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=WINDOW_SECONDS,
        removal_memory_seconds=WINDOW_SECONDS,
    )
    # Its reaper would take the job without a message for lost, and be quicker than the test.
    store.set(KEYS.sweeping, "a test", ex=60)
    delivery = _accept_without_message(store, b"{}")
    claim = jobs.claim(f"{delivery}:process")
    assert isinstance(claim, Claim)
    jobs.fan_out(claim, [("gone_2", "crm")], outcome="handed on")
    store.delete(KEYS.sweeping)

    found = made.in_state(f"{delivery}:gone_2", "failed")

    assert (found.reason, found.tries) == ("no_handler", DEPLOYMENT_TRIES)
    assert "gone_2" in (found.error or "")
    _completes(made, 1)
    until(lambda: store.hlen(KEYS.unacked) == 0)
    assert store.llen(KEYS.celery + "crm") == 0


def test_a_job_that_is_not_there_has_no_code_to_miss(made: Station, store: Any) -> None:
    """A well written message of an unknown job is refused, whether it has a handler or not."""
    for name in ("process", "notify_crm", "gone_2"):
        store.lpush(KEYS.celery + "crm", written(f"{'c' * 32}:{name}"))

    until(lambda: len(made.worker.logs("job.refused")) == 3)

    assert {line["state"] for line in made.worker.logs("job.refused")} == {"gone"}
    _completes(made, 1)


def test_what_is_broadcast_stops_no_worker(made: Station, store: Any) -> None:
    """Remote control listens to a channel on which anything may be published."""
    channel = KEYS.celery + "/0.celery.pidbox"
    # A worker that takes jobs already subscribes to its channel only with its next check.
    until(lambda: store.pubsub_numpat() == 1)
    for number, raw in enumerate(("5", "[]", "{}", "<xml>", '{"properties": null}', "\x00")):
        assert store.publish(channel, raw) == 1
        _completes(made, number)

    assert "Unrecoverable" not in made.worker.text
    assert "Connection" not in made.worker.text.partition(" ready.")[2]


def test_a_queue_that_is_no_list_holds_the_worker_up_and_does_not_end_it(
    made: Station, store: Any
) -> None:
    """While the store refuses, the worker comes again; when the key is gone, it continues."""
    store.set(KEYS.celery + "perks", "in the way")
    until(lambda: made.worker.text.count("Connected to") > 2)
    store.delete(KEYS.celery + "perks")

    _completes(made, 1)


def _accept_without_message(store: Any, raw: bytes, instead: bytes | None = None) -> str:
    """Accept a body, and take its message away before any worker can."""
    delivery = delivery_id(raw)
    with store.pipeline(transaction=True) as pipe:
        Intake(store)._accept(
            keys=[KEYS.delivery + delivery], args=[delivery, pack(raw), ""], client=pipe
        )
        pipe.lpop(KEYS.celery + "deliveries")
        if instead:
            pipe.lpush(KEYS.celery + "deliveries", instead)
        pipe.execute()
    return delivery

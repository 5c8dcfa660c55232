"""Events that are older than MAX_EVENT_AGE_SECONDS when they are received."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.worker.house import House
from worker.run.verdict import Completed, Failed


HOUR = 3600


def _signed_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def _limited(house: House, seconds: int) -> None:
    house.flow = replace(house.flow, max_event_age_seconds=seconds)


def test_a_stale_event_waits_for_a_person_whose_retry_is_believed(house: House) -> None:
    """It is set aside at once, calls no handler, and runs when an operator sends it again."""
    _limited(house, HOUR)
    delivery = house.accept(event_created_at=_signed_ago(2))

    assert isinstance(house.flow.run(f"{delivery}:process:1"), Failed)

    (failed,) = house.desk.failed()
    assert (failed.name, failed.reason, failed.tries) == ("process", "stale_event", 1)
    assert (failed.error or "").startswith("stale, possibly replayed: signed ")
    assert not house.given
    assert house.desk.retry(failed.job, who="ops") == "queued"
    assert house.flow.run(f"{failed.job}:2") == Completed("handed to act")
    assert house.flow.run(f"{delivery}:act:1") == Completed("acted")


def test_a_retried_event_is_not_judged_again_though_its_worker_dies(
    house: House, store: StoreClient
) -> None:
    """The operator's word holds for every later run of the job."""
    _limited(house, HOUR)
    delivery = house.accept(event_created_at=_signed_ago(2))
    job = f"{delivery}:process"
    house.flow.run(f"{job}:1")
    house.desk.retry(job, who="ops")
    house.jobs.claim(f"{job}:2")
    store.zadd(KEYS.running, {job: 1}, xx=True)

    house.jobs.reap("test", ["deliveries"], 1)

    assert house.flow.run(f"{job}:3") == Completed("handed to act")


def test_an_outage_of_the_workers_makes_no_event_stale(house: House, store: StoreClient) -> None:
    """What counts is when it was received, not when a worker comes to it."""
    _limited(house, HOUR)
    delivery = house.accept(event_created_at=_signed_ago(24 * 30))
    a_month_ago = int((datetime.now(UTC) - timedelta(days=30)).timestamp() * 1000)
    store.zadd(KEYS.fresh, {delivery: a_month_ago}, xx=True)

    assert house.flow.run(f"{delivery}:process:1") == Completed("handed to act")


def test_a_replay_by_an_operator_is_a_decision_too(house: House) -> None:
    """A stored delivery that an operator runs again is not set aside for its age."""
    delivery = house.accept(event_created_at=_signed_ago(2))
    house.flow.run(f"{delivery}:process:1")
    _limited(house, HOUR)

    assert house.desk.replay(delivery, who="ops") == "queued"

    assert house.flow.run(f"{delivery}:process:2") == Completed("handed to act")
    found = house.desk.delivery(delivery)
    assert found
    assert found.pending == 1


def test_nought_takes_events_of_any_age(house: House) -> None:
    """The judgement can be turned off."""
    _limited(house, 0)
    delivery = house.accept(event_created_at="1999-01-01T00:00:00Z")

    assert house.flow.run(f"{delivery}:process:1") == Completed("handed to act")

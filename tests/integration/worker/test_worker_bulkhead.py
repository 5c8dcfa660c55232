import signal
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from redis import Redis

from inbox.keys import DELIVERIES_QUEUE
from tests.engine import TRANSPORT, plain
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import Station, station, until
from worker.handlers import load_handlers


#: Of eight threads; see worker.broker.bulkhead.
SHARE = 5

#: The CRM answers when it is well again. A call gives up after ten seconds, which no test takes
#: unless the machine stands still; it is then made anew.
KEPT_WAITING = {"delay_before_seconds": 60}

#: Revocations without a downstream are all that these tests need.
DRY = {"PERKS_BACKEND": "dry-run"}


def remove(shop: Shop, made: Station, count: int) -> list[str]:
    """End assignments and hand their webhooks in; return the deliveries."""
    referees = shop.scenario(referees=count)["referees"]
    return [made.intake.accept(shop.removal(each["holder"])).delivery for each in referees]


def ended(made: Station, deliveries: list[str], name: str) -> bool:
    """Return whether all these have ended their job of that name."""
    found = [made.desk.delivery(delivery) for delivery in deliveries]
    return all(each and name in each.ended for each in found)


def test_a_paused_queue_resumes_after_a_reconnect(shop: Shop, tmp_path: Path) -> None:
    """All connections to the store break; the pause holds, and ends when the CRM answers."""
    shop.faults("crm", KEPT_WAITING)
    with station(shop, tmp_path, **DRY) as made, Redis.from_url(plain(made.redis_url)) as store:
        before = remove(shop, made, 12)
        until(lambda: ended(made, before, "revoke_referral_perks"))
        until(lambda: made.worker.logs("queue.paused"))

        store.execute_command("CLIENT", "KILL", "TYPE", "normal")

        until(lambda: made.worker.text.count("Connected to ") >= 2)
        after = remove(shop, made, 12)
        until(lambda: ended(made, after, "revoke_referral_perks"))
        # The CRM has not answered yet: the calls from before the reconnect still hold their share.
        assert shop.notes() == []
        shop.well()
        until(lambda: ended(made, before + after, "notify_crm"))
        assert len({each["customer"] for each in shop.notes()}) == 24
        assert len(shop.notes()) == 24
        until(lambda: made.worker.logs("queue.resumed"))


def test_celery_still_serves_a_queue_that_is_paused(shop: Shop, tmp_path: Path) -> None:
    """Flower and `celery inspect` see all queues, and no more than the share is running."""
    shop.faults("crm", KEPT_WAITING)
    with station(shop, tmp_path, **DRY) as made:
        deliveries = remove(shop, made, 12)
        until(lambda: made.worker.logs("queue.paused"))
        until(lambda: ended(made, deliveries, "revoke_referral_perks"))

        with Celery(broker=plain(made.redis_url), set_as_current=False, changes=TRANSPORT) as app:
            inspect: Any = app.control.inspect(timeout=30.0, limit=1)
            (answer,) = inspect.active_queues().values()

            def whole_share_runs() -> bool:
                (active,) = inspect.active().values()
                notes = [each for each in active if each["name"].endswith("notify_crm")]
                assert len(notes) <= SHARE
                return len(notes) == SHARE

            until(whole_share_runs)

        assert {each["name"] for each in answer} == {DELIVERIES_QUEUE, *load_handlers().queues}
        # No call outlives the test: the stand-ins are shared.
        shop.well()
        until(lambda: ended(made, deliveries, "notify_crm"))


def test_a_worker_stops_while_a_queue_is_paused(shop: Shop, tmp_path: Path) -> None:
    """SIGTERM: the notes that are under way are taken, and it exits 0."""
    shop.faults("crm", KEPT_WAITING)
    with station(shop, tmp_path, **DRY) as made:
        deliveries = remove(shop, made, 12)
        until(lambda: made.worker.logs("queue.paused"))
        until(lambda: ended(made, deliveries, "revoke_referral_perks"))

        made.worker.process.send_signal(signal.SIGTERM)
        until(lambda: "Warm shutdown" in made.worker.text)
        shop.well()

        assert made.worker.ended(seconds=30) == 0
        assert len(shop.notes()) >= SHARE


@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_worker_with_few_threads_does_all_its_jobs(
    shop: Shop, tmp_path: Path, threads: str
) -> None:
    """With one thread nothing can be kept free, and with two one is; both do all there is."""
    with station(shop, tmp_path, WORKER_CONCURRENCY=threads) as made:
        deliveries = remove(shop, made, 6)

        until(lambda: ended(made, deliveries, "revoke_referral_perks"))
        until(lambda: ended(made, deliveries, "notify_crm"))
        assert len(shop.notes()) == 6

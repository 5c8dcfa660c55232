"""What an ordinary removal costs: calls to Voucherify, scripts and commands in the store."""

from typing import Any

import pytest

from inbox.breaker import Breaker
from inbox.ledger import Effects
from inbox.model.rate import Rate
from inbox.state.learned import Learned
from inbox.store.client import StoreClient
from tests.integration.worker.house import House
from tests.integration.worker.shop import Shop
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.settings.policies import Policies
from worker.voucherify.rest import VoucherifyApi


@pytest.mark.parametrize(
    ("marked", "calls", "scripts", "commands"), [(False, 4, 7, 70), (True, 5, 8, 94)]
)
def test_an_ordinary_removal_costs_so_much(
    house: House,
    store: StoreClient,
    shop: Shop,
    api: VoucherifyApi,
    *,
    marked: bool,
    calls: int,
    scripts: int,
    commands: int,
) -> None:
    """From claim to done, once the campaign is read; a number that goes up is a slower removal."""
    house.use(breakers={"acts": Breaker(store, "acts", Rate(100, 60))})
    policies = Policies(mark_customer=marked)
    perks = VoucherifyPerks(api, Effects(store, memory_seconds=3600), policies, Learned(store))
    house.act = lambda: perks.revoke(*house.given[-1])
    referees = shop.scenario(referees=3, own=1000)["referees"]
    for referee in referees:
        shop.api("PUT", f"/v1/customers/{referee['customer']}", {"metadata": {"tea": "oolong"}})
        delivery = house.intake.accept(shop.removal(referee["holder"])).delivery
        house.flow.run(f"{delivery}:process:1")
        before = len(shop.requests("voucherify"))
        store.config_resetstat()
        house.flow.run(f"{delivery}:act:1")
        stats: Any = store.info("commandstats")
    counts = {
        name.removeprefix("cmdstat_"): stat["calls"]
        for name, stat in stats.items()
        if not name.startswith(("cmdstat_config", "cmdstat_info"))
    }
    ran = counts.pop("evalsha")

    assert len(shop.requests("voucherify")) - before == calls
    assert (ran, sum(counts.values())) == (scripts, commands)

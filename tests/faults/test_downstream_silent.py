"""A downstream's balancer is replaced without a word: dead connections cost a time-out, no job."""

from urllib.parse import urlsplit

import pytest

from tests.faults.conftest import MakeFleet, Report
from tests.faults.load import Load
from tests.faults.removals import Removals
from tests.faults.tally import tally
from tests.faults.wire import Wire
from tests.processes import wait_until


#: With fewer kept connections little is tested.
KEPT = 5


@pytest.mark.timeout(600)
def test_the_balancer_of_the_shops_services_is_replaced_in_silence(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """Kept connections swallow all forever, new ones work: no job fails, none acts twice."""
    fleet = make_fleet("downstream")
    port = urlsplit(fleet.downstream_url).port
    assert port
    with Wire(port) as wire:
        services = f"http://127.0.0.1:{wire.port}"
        fleet.settings |= {
            "PERKS_HTTP_URL": f"{services}/perks",
            "CRM_HTTP_URL": f"{services}/crm",
            # One more try than the dead connections may cost, however many are kept.
            "RETRY_SCHEDULE_SECONDS": "1,1",
        }
        # So that many connections are kept at the same time.
        wire.delay = 0.1
        fleet.start("web", "worker")
        with Load(fleet.receiver_url, senders=8, pause=0.0) as load:
            for _ in range(3 if full else 1):
                load.wait_for(200)
                # Receivers are quicker than the workers behind them.
                wait_until(lambda: wire.carrying >= KEPT, "the workers keep connections")
                swallowed = wire.swallow()
                load.wait_for(100)
        fleet.wait_until_worked_off()
        report(
            tally(
                "balancer of perks service and CRM replaced in silence",
                f"{swallowed} kept connections",
                load.accepted,
                fleet.effects(),
                note=f"{fleet.stats().failed} jobs failed",
            )
        )
    assert swallowed >= KEPT, "few connections were kept, so little was tested"
    assert fleet.stats().failed == 0


@pytest.mark.timeout(600)
def test_the_balancer_of_voucherify_is_replaced_in_silence(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """The same for the REST API: each take-back is made once, and none fails."""
    events = 400 if full else 120
    fleet = make_fleet("sandbox", "web", PERKS_BACKEND="voucherify")
    port = urlsplit(fleet.sandbox_url).port
    assert port
    with Wire(port) as wire:
        fleet.settings |= {
            "VOUCHERIFY_API_URL": f"http://127.0.0.1:{wire.port}",
            "RETRY_SCHEDULE_SECONDS": "1,1",
            "IN_FLIGHT_SECONDS": "20",
        }
        wire.delay = 0.1
        fleet.start("worker")
        with Removals(fleet, events, 20.0) as removals:
            wait_until(lambda: len(removals.effects()) > events // 2, "half of it is done")
            swallowed = wire.swallow()
        fleet.wait_until_worked_off(seconds=240)
        report(
            tally(
                "balancer of Voucherify replaced in silence",
                f"{swallowed} kept connections",
                removals.accepted(),
                removals.effects(),
                note=f"{fleet.stats().failed} jobs failed",
            )
        )
    assert swallowed >= 1, "no connection was kept, so nothing was tested"
    assert fleet.stats().failed == 0

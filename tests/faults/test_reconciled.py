"""Promise 1 without webhooks: what Voucherify never reported is found and taken back once."""

import random
import time
from typing import Any

import pytest

from tests.acceptance.product import Product
from tests.faults.conftest import MakeFleet, Report
from tests.faults.fleet import Fleet
from tests.faults.tally import Effect, tally
from tests.processes import Process, wait_until


SETTINGS = {
    "PERKS_BACKEND": "voucherify",
    "RECONCILE_BUDGET_SHARE": "1",
    "RECONCILE_GRACE_SECONDS": "0",
}


@pytest.mark.timeout(3600)
def test_removals_that_no_webhook_reported_are_revoked_once(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """None of the first are sent, the others are lost, late and repeated; runs are killed."""
    removals, kills = (1000, 20) if full else (40, 3)
    fleet = make_fleet("sandbox", "web", "worker", "worker", **SETTINGS)
    made = sandbox(fleet, "POST", "codes", {"codes": removals, "referees": 2})
    ended_well(reconcile(fleet))
    silent, mixed = (
        [code["referees"][number]["holder"] for code in made["codes"]] for number in (0, 1)
    )
    removed_at = time.time()
    sandbox(fleet, "PUT", "webhook", {"lose": 1})
    fleet.unassign(*silent)
    late = {"delay_seconds": 20, "delay_share": 0.5}
    twice = {"repeat": 1, "repeat_share": 0.5}
    sandbox(fleet, "PUT", "webhook", {"lose": 0.4, **late, **twice})
    fleet.unassign(*mixed)
    chance = random.Random(5)
    for _ in range(kills):
        run = reconcile(fleet, "--apply")
        # Until it has begun it has nothing to lose; then anywhere.
        wait_until(lambda: holds_lock(fleet), "a run holds the lock")
        time.sleep(chance.uniform(0, 1.5 if full else 0.3))
        run.kill()
    ended_well(reconcile(fleet, "--apply"))
    wait_until(lambda: came_late(fleet), "the late webhooks have come", seconds=120)
    fleet.wait_until_worked_off(seconds=900)

    holders = sandbox(fleet, "GET", "removals")["holders"]
    effects = [
        Effect("perks", holder, each["transaction"], time.time())
        for holder, reported in holders.items()
        for each in reported["removals"]
    ]
    counts = fleet.stats().counts
    report(
        tally(
            "webhooks never sent, lost, late, repeated; the runs that reconcile killed",
            f"{2 * removals:,} removals, {kills} kills",
            dict.fromkeys((*silent, *mixed), removed_at),
            effects,
            kinds=("perks",),
            note=f"{counts.get('same_assignment', 0)} deliveries told of a removal that was known",
        )
    )
    assert fleet.stats().failed == 0


def reconcile(fleet: Fleet, *options: str) -> Process:
    """Begin a run by the command line."""
    return fleet.command("reconcile", "--plans", "0", *options)


def ended_well(run: Process) -> None:
    """Wait until a run is at its end."""
    wait_until(lambda: not run.running, "the run is at its end", seconds=900)
    assert run.code == 0, run.output()


def holds_lock(fleet: Fleet) -> bool:
    """Return whether a run continues."""
    return bool(fleet.client.exists("perkhook:reconcile:lock"))


def sandbox(product: Product, method: str, path: str, document: Any = None) -> Any:
    """Steer the stand-ins."""
    answer = product.http.request(method, f"{product.sandbox_url}/sandbox/{path}", json=document)
    answer.raise_for_status()
    return answer.json()


def came_late(fleet: Fleet) -> bool:
    """Return whether no webhook is still on its way."""
    return not any(each["state"] == "waiting" for each in fleet.state("sendouts"))

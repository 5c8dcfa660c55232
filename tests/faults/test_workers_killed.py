"""Promise 1: workers that are killed lose nothing, and promise 2: nothing is done twice."""

import random
import time

import pytest

from tests.faults.conftest import MakeFleet, Report
from tests.faults.removals import Removals
from tests.faults.tally import tally
from tests.processes import wait_until


#: Jobs that run when a worker is killed; the two workers have about as many each.
MET = 12


@pytest.mark.timeout(3600)
def test_workers_killed_at_random_lose_and_double_nothing(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """Whole workers are killed while they revoke: each card falls once, each note comes once."""
    kills, events, per_second = (60, 6_000, 20.0) if full else (2, 160, 30.0)
    fleet = make_fleet("sandbox", "web", "worker", "worker", PERKS_BACKEND="voucherify")
    # Most of a job's time is between a change and its answer, where a kill does most harm.
    slow = {"method": "POST", "path": "*/balance*", "delay_seconds": 0.5}
    fleet.faults(voucherify=slow, crm={"delay_seconds": 0.1})
    chance = random.Random(3)
    with Removals(fleet, events, per_second) as removals:
        for _ in range(kills):
            time.sleep(chance.uniform(1, 4))
            wait_until(
                lambda: fleet.stats().running >= MET or not removals.running, "a kill meets jobs"
            )
            time.sleep(chance.uniform(0.1, 0.5))
            chance.choice(fleet.all("worker")).kill()
            fleet.start("worker")
    fleet.wait_until_worked_off(seconds=600)

    report(
        tally(
            "kill -9 of whole workers at random moments",
            f"{kills} kills, {events:,} events",
            removals.accepted(),
            removals.effects(),
        )
    )
    assert 2 * fleet.stats().counts.get("leases_over", 0) >= kills, "the kills met hardly a job"
    assert fleet.stats().failed == 0

"""Promise 1: workers that are killed lose nothing, and promise 2: nothing is done twice."""

import random
import time

import pytest

from tests.faults.conftest import MakeFleet, Report
from tests.faults.removals import Removals
from tests.faults.tally import tally


@pytest.mark.timeout(3600)
def test_workers_killed_at_random_lose_and_double_nothing(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """Whole workers are killed while they revoke: each card falls once, each note comes once."""
    kills, events, per_second = (60, 6_000, 20.0) if full else (2, 160, 30.0)
    fleet = make_fleet("sandbox", "web", "worker", "worker", PERKS_BACKEND="voucherify")
    # Slow enough that a kill meets jobs at every call.
    fleet.faults(voucherify={"delay_seconds": 0.02}, crm={"delay_seconds": 0.05})
    chance = random.Random(3)
    stranded = 0
    with Removals(fleet, events, per_second) as removals:
        for _ in range(kills):
            time.sleep(chance.uniform(1, 4))
            before = fleet.stats().running
            chance.choice(fleet.all("worker")).kill()
            stranded += min(before, fleet.stats().running)
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
    assert stranded > kills / 2, "the kills hit workers that had nothing to do"
    assert fleet.stats().failed == 0

"""Promises 1 and 2: a worker that cannot reach the store any more, and does not know it."""

import random
import time

import pytest

from tests.faults.conftest import MakeFleet, MakeStore, Report
from tests.faults.removals import Removals
from tests.faults.tally import tally
from tests.faults.wire import Wire
from tests.processes import wait_until


#: Jobs that run when a worker is cut off; the two workers have about as many each.
MET = 12

#: JOB_LEASE_SECONDS of the workers.
LEASE = 20


@pytest.mark.timeout(3600)
def test_a_worker_cut_off_from_the_store_loses_and_doubles_nothing(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """Its bytes are swallowed while it revokes; others do its jobs, it does none twice later."""
    cuts, events, per_second = (20, 4_000, 15.0) if full else (1, 100, 25.0)
    store = make_store()
    with Wire(store.port) as wire:
        fleet = make_fleet("sandbox", "web", "worker", store=store, PERKS_BACKEND="voucherify")
        # Most of a job's time is between a change and its answer, where a cut does most harm.
        slow = {"method": "POST", "path": "*/balance*", "delay_seconds": 0.5}
        fleet.faults(voucherify=slow, crm={"delay_seconds": 0.1})
        fleet.start_worker_at(wire.url)
        chance = random.Random(5)
        # Now and then longer than a lease, so that it wakes to jobs that others did.
        lengths = [chance.choice([1, 4, 12, 25]) if full else 22 for _ in range(cuts)]
        with Removals(fleet, events, per_second) as removals:
            for seconds in lengths:
                time.sleep(chance.uniform(1, 3))
                wait_until(
                    lambda: fleet.stats().running >= MET or not removals.running,
                    "a cut meets jobs",
                )
                time.sleep(chance.uniform(0.1, 0.5))
                wire.cut()
                time.sleep(seconds)
                wire.fix()
        fleet.wait_until_worked_off(seconds=600)

        report(
            tally(
                "worker cut from the store, bytes swallowed",
                f"{cuts} cuts, {events:,} events",
                removals.accepted(),
                removals.effects(),
            )
        )
        long_enough = [seconds for seconds in lengths if seconds > LEASE]
        assert fleet.stats().counts.get("leases_over", 0) >= len(long_enough) > 0
        assert fleet.stats().failed == 0
        assert all(worker.running for worker in fleet.all("worker"))

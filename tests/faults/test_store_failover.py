"""Promise 1: a primary that dies with what its replica has not got yet."""

import random
import time
from contextlib import ExitStack

import pytest

from tests.faults.conftest import MakeFleet, MakeStore, Report
from tests.faults.load import Load
from tests.faults.tally import tally
from tests.faults.wire import Wire


@pytest.mark.timeout(1800)
def test_what_was_202_is_in_the_replica_that_is_promoted(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """The primary is killed while its replica lags: nothing that was answered 202 is lost."""
    failovers = 10 if full else 1
    primary, replica = make_store(), make_store()
    chance = random.Random(17)
    with Wire(primary.port) as wire, ExitStack() as links:
        link = links.enter_context(Wire(primary.port))
        replica.follow(link.port)
        fleet = make_fleet(store=primary, reach_store_at=wire.url, ACCEPT_DURABILITY="replica")
        with Load(fleet.receiver_url, senders=8, pause=0.01) as load:
            for _ in range(failovers):
                load.wait_for(chance.randint(50, 150))
                # What is written from here on dies with the primary.
                link.cut()
                time.sleep(0.5)
                primary.kill()
                replica.lead()
                wire.lead_to(replica.port)
                primary, replica = replica, make_store()
                link = links.enter_context(Wire(primary.port))
                replica.follow(link.port)
        fleet.wait_until_worked_off(seconds=300)

        report(
            tally(
                "primary killed, lagging replica promoted, ACCEPT_DURABILITY=replica",
                f"{failovers} times",
                load.accepted,
                fleet.effects(),
                note=f"{len(load.refused()):,} answers were not 202",
            )
        )
    assert load.refused(), "the replica did not lag"

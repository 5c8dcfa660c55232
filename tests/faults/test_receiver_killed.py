"""Promise 1: a receiver that is killed has lost nothing that it answered 202."""

import random

import pytest

from tests.faults.conftest import MakeFleet, Report
from tests.faults.load import Load
from tests.faults.tally import tally


@pytest.mark.timeout(900)
def test_every_202_of_a_receiver_killed_under_load_took_effect(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """Killed at random moments: each event is answered 202 in the end and takes effect once."""
    fleet = make_fleet()
    kills = 20 if full else 2
    chance = random.Random(7)
    with Load(fleet.receiver_url, senders=8) as load:
        for _ in range(kills):
            load.wait_for(chance.randint(50, 300))
            fleet.process("web").kill()
            fleet.start("web")
    fleet.wait_until_worked_off()

    report(tally("receiver killed under load", f"{kills} kills", load.accepted, fleet.effects()))
    assert any(answer.status == 0 for answer in load.answers), "no kill met a request"

"""Promise 3: a CRM that is down for a whole run delays no revocation."""

from itertools import pairwise
from statistics import quantiles

import pytest

from tests.faults.conftest import MakeFleet, Report
from tests.faults.fleet import Fleet
from tests.faults.removals import Removals
from tests.faults.tally import Effect, tally
from tests.processes import wait_until
from tests.standstill import Standstill
from worker.http_client import ANSWER_SECONDS


#: What the CRM does, and what each call costs a worker's thread.
DOWN = {"refuses": {"status": 503}, "hangs": {"drop": True, "delay_before_seconds": 30.0}}

#: No revocation for so long, although some are pending, is the CRM's doing. A slow machine makes
#: each late and stands still for none; threads that all hang do so for a call's whole time limit.
STANDSTILL_SECONDS = ANSWER_SECONDS / 2


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("how", list(DOWN))
def test_a_crm_that_is_down_for_the_whole_run_delays_no_revocation(
    make_fleet: MakeFleet, report: Report, full: bool, how: str
) -> None:
    """Every revocation is made meanwhile; when the CRM is back all notes arrive, once."""
    events, per_second = (2_000, 20.0) if full else (100, 20.0)
    fleet = make_fleet("sandbox", "web", "worker", PERKS_BACKEND="voucherify")
    fleet.faults(crm=DOWN[how])
    with Standstill() as machine:
        with Removals(fleet, events, per_second) as removals:
            pass
        wait_until(
            lambda: len(perks(removals.effects())) >= events,
            "every revocation is made while the CRM is down",
            seconds=300 if full else 60,
        )
    revoked, notes = perks(removals.effects()), len(fleet.state("notes"))
    accepted = removals.accepted()
    delays = sorted(each.at - accepted[each.event] for each in revoked)
    times = sorted([min(accepted.values()), *(each.at for each in revoked)])
    standstill = max(later - sooner for sooner, later in pairwise(times))
    assert not put_off(fleet, "revoke_referral_perks")
    fleet.faults(crm=None)
    fleet.wait_until_worked_off(seconds=600)

    report(
        tally(
            f"CRM {how} for the whole run",
            f"{events:,} events",
            accepted,
            removals.effects(),
            note=f"revocations after {quantiles(delays, n=100)[98]:.1f} s (p99), "
            f"{delays[-1]:.1f} s (worst), never none for more than {standstill:.1f} s",
        )
    )
    assert notes == 0, "the CRM was not down"
    assert standstill < STANDSTILL_SECONDS + machine.seconds
    assert put_off(fleet, "notify_crm"), "no note had to wait"
    assert fleet.stats().failed == 0


def put_off(fleet: Fleet, handler: str) -> bool:
    """Return whether a job of this handler had to wait for its downstream."""
    lines = fleet.logs().splitlines()
    return any('"job.postponed"' in line and f":{handler}" in line for line in lines)


def perks(effects: list[Effect]) -> list[Effect]:
    """Return what was taken back."""
    return [each for each in effects if each.kind == "perks"]

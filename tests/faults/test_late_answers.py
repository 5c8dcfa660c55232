"""Promise 2: a downstream that applies a call and answers after the time limit."""

import pytest

from tests.faults.conftest import MakeFleet, Report
from tests.faults.removals import Removals
from tests.faults.tally import tally


#: Longer than the time limit of a call (worker/http_client/outgoing.py, worker/voucherify/http.py).
LATE_SECONDS = 14.0


@pytest.mark.timeout(3600)
def test_a_change_that_was_applied_but_answered_too_late_is_made_once(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """A third of the balance changes and notes are applied without an answer in time."""
    events, per_second = (1_000, 5.0) if full else (24, 10.0)
    fleet = make_fleet("sandbox", "web", "worker", PERKS_BACKEND="voucherify")
    late = {"delay_seconds": LATE_SECONDS, "every": 3}
    fleet.faults(
        voucherify={"method": "POST", "path": "*/balance*", **late},
        crm={"method": "POST", **late},
    )
    with Removals(fleet, events, per_second) as removals:
        pass
    fleet.wait_until_worked_off(seconds=1200)

    used = {name: faults[0]["used"] for name, faults in fleet.state("faults").items()}
    report(
        tally(
            "downstream applies, answers after the time limit",
            f"{events:,} events",
            removals.accepted(),
            removals.effects(),
            note=f"{used['voucherify']} changes and {used['crm']} notes answered late",
        )
    )
    assert min(used.values()) >= events / 4, "hardly an answer was late"
    assert fleet.stats().failed == 0

"""Promises 1 and 2: times are the store's, so a worker's wrong clock changes nothing."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import MakeFleet, Report
from tests.faults.removals import Removals
from tests.faults.tally import tally
from tests.programs import need


#: RETRY_SCHEDULE_SECONDS of the workers here, its jitter, and what a busy machine adds, which
#: is far from an hour.
WAIT, JITTER, SLACK = 5.0, 0.2, 60.0


@pytest.mark.timeout(1800)
def test_workers_whose_clocks_are_an_hour_wrong_lose_and_double_nothing(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """One is an hour ahead, one behind: effects once, and tries again come when they should."""
    events, per_second = (1_000, 7.0) if full else (40, 20.0)
    fleet = make_fleet(
        "sandbox", "web", PERKS_BACKEND="voucherify", RETRY_SCHEDULE_SECONDS="5," * 11 + "5"
    )
    for shift in ("+3600s", "-3600s"):
        fleet.settings.update(_wrong_clock(shift))
        fleet.start("worker")
    # A conflict is tried again by the schedule; a 5xx would wait for the gate.
    fleet.faults(crm={"status": 409, "every": 3})
    with Removals(fleet, events, per_second) as removals:
        pass
    fleet.wait_until_worked_off(seconds=300)

    waits = _waits(fleet.state("requests"))
    row = report(
        tally(
            "clocks of the workers wrong by an hour, one ahead, one behind",
            f"{events:,} events",
            removals.accepted(),
            removals.effects(),
            note=f"{len(waits)} tries again after {min(waits):.1f} to {max(waits):.1f} s, "
            f"due after {WAIT * (1 - JITTER):.0f} to {WAIT * (1 + JITTER):.0f} s",
        )
    )
    assert row.accepted == events
    assert len(waits) > events / 4
    assert min(waits) >= WAIT * (1 - JITTER)
    assert max(waits) < WAIT * (1 + JITTER) + SLACK


def _wrong_clock(shift: str) -> dict[str, str]:
    need("faketime")
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": shift,
        # What measures durations continues as it should, as on a machine that is set wrong.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _waits(requests: list[dict[str, Any]]) -> list[float]:
    """Return the seconds between a note's refusal and its next try."""
    refused: dict[str, datetime] = {}
    waits = []
    for each in requests:
        if each["component"] != "crm":
            continue
        at = datetime.fromisoformat(each["at"])
        if before := refused.pop(each["body"], None):
            waits.append((at - before).total_seconds())
        if each["status"] == 409:
            refused[each["body"]] = at
    return waits

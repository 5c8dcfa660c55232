"""The contract: a signed body is never refused, and poison harms no one but itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import samples
from tests.faults.conftest import MakeFleet, Report
from tests.faults.fleet import Fleet
from tests.faults.load import Load
from tests.faults.tally import tally


def poison(number: int) -> bytes:
    """Make a body that cannot be handled, of one of several kinds."""
    document = samples.assignment_deleted(900_000 + number)
    match number % 8:
        case 0:
            return b"\xff\xfe" + str(number).encode()
        case 1:
            return samples.body(document)[:-40]
        case 2:
            return b"[" * 5_000 + str(number).encode()
        case 3:
            return str(number).encode()
        case 4:
            del document["data"]["holder"]["id"]
        case 5:
            document["event"]["created_at"] = f"the day {number}"
        case 6:
            document["data"]["holder"]["customer_id"] = [number]
        case 7:
            return b'{"id":"%d","id":"twice"}' % number
    return samples.body(document)


def taken(fleet: Fleet, body: bytes) -> int:
    """Send a body, and again while it is not answered because the store stands still."""
    while (answer := fleet.send(body)).status_code == 503:
        assert answer.json()["error"]["code"] == "inbox_timeout"
    return answer.status_code


@pytest.mark.timeout(1800)
def test_poison_among_good_events_fails_with_reasons_and_harms_no_one(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """Each poisonous body is one failed job with a reason; all others are handled."""
    bad, good = (1_000, 9_000) if full else (40, 160)
    fleet = make_fleet()
    worker = fleet.process("worker")
    with (
        Load(fleet.receiver_url, senders=4, most=good) as load,
        ThreadPoolExecutor(2) as pool,
    ):
        statuses = set(pool.map(lambda body: taken(fleet, body), map(poison, range(bad))))
        load.join()
    fleet.wait_until_worked_off(seconds=900)

    failed = list(fleet.desk.failed())
    report(
        tally(
            "poison among good events",
            f"{bad:,} bad, {good:,} good",
            load.accepted,
            fleet.effects(),
            note=f"{len(failed):,} failed for {len({each.reason for each in failed})} reasons",
        )
    )
    assert statuses == {202}
    assert len(failed) == bad
    assert all(each.reason and each.error for each in failed)
    assert not any(str(each.reason).startswith("unexpected") for each in failed)
    assert fleet.all("worker") == [worker]
    assert fleet.stats().counts["accepted"] == bad + good

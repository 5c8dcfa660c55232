"""Promise 1: the message that a frozen, idle worker takes with it is found and sent again."""

import signal
import time

import pytest

from tests.engine import KEYS
from tests.faults.conftest import MakeFleet, Report
from tests.faults.load import Load
from tests.faults.store import Store
from tests.faults.tally import tally
from tests.processes import wait_until


#: JOB_LEASE_SECONDS and RECLAIM_INTERVAL_SECONDS of the workers in these tests.
LEASE, INTERVAL = 20, 1

#: What a worker needs until it serves its queues, on a busy machine; without perkhook the
#: message would be gone for an hour.
START_SECONDS = 60


@pytest.mark.timeout(1800)
def test_the_message_a_frozen_idle_worker_has_taken_is_sent_again(
    make_fleet: MakeFleet, report: Report, full: bool
) -> None:
    """Frozen while it waits for work, given a message, killed: the job runs all the same, once."""
    fleet = make_fleet()
    rounds = 50 if full else 2
    accepted: dict[str, float] = {}
    taken = 0
    for number in range(rounds):
        worker = fleet.process("worker")
        wait_until(lambda: _someone_waits(fleet.store), "the worker waits for work")
        # Within its wait for work the store still gives it the next message.
        worker.signal(signal.SIGSTOP)
        noted = _noted(fleet.store)
        with Load(fleet.receiver_url, senders=1, most=1, first=number + 1) as load:
            load.join()
        with fleet.store.client() as client:
            taken += client.llen(KEYS.celery + "deliveries") == 0 and _noted(fleet.store) == noted
        worker.kill()
        ready = time.monotonic()
        fleet.start("worker")
        accepted.update(load.accepted)
        wait_until(
            lambda: fleet.effects_of(accepted) == 2 * len(accepted),
            "both effects are made",
            seconds=100,
        )
        assert time.monotonic() - ready < LEASE + 2 * INTERVAL + START_SECONDS
    fleet.wait_until_worked_off()

    report(
        tally(
            "worker frozen while idle, then killed",
            f"{rounds} times",
            accepted,
            fleet.effects(),
            note=f"{taken} messages were nowhere any more",
        )
    )
    assert taken >= rounds / 2, "the fault was hardly ever there"


def _noted(store: Store) -> int:
    """Count the messages that workers, dead ones too, have noted as theirs."""
    with store.client() as client:
        return int(client.hlen(KEYS.celery + "unacked"))


def _someone_waits(store: Store) -> bool:
    with store.client() as client:
        return any(
            each["cmd"] == "blmpop" and "b" in each["flags"] for each in client.client_list()
        )

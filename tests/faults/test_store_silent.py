"""Stores that are replaced without a word: nothing waits for a restart of ours."""

import time

import pytest

from sandbox.demo.ports import free_port
from tests.faults.conftest import MakeFleet, MakeStore, Report
from tests.faults.load import Load
from tests.faults.tally import tally
from tests.faults.wire import Wire
from tests.faults.working import OPEN, no_alarm, wait_until_all_work


#: Until every part works again: some seconds to find out that a connection is dead, then ten.
BACK_SECONDS = 25.0


@pytest.mark.timeout(600)
def test_a_store_that_is_replaced_in_silence(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """Old connections swallow all forever, new ones work: so do all parts, in some seconds."""
    store = make_store()
    with Wire(store.port) as wire:
        fleet = make_fleet(
            "downstream", "web", "worker", "flower", store=store, reach_store_at=wire.url, **OPEN
        )
        with Load(fleet.receiver_url, senders=4, pause=0.02) as load:
            for _ in range(3 if full else 1):
                load.wait_for(100)
                swallowed = wire.swallow()
                began = time.monotonic()
                wait_until_all_work(fleet, load, seconds=BACK_SECONDS)
                seconds = time.monotonic() - began
        fleet.wait_until_worked_off()
        report(
            tally(
                "store replaced in silence: old connections swallow all, new ones work",
                f"{swallowed} connections",
                load.accepted,
                fleet.effects(),
                note=f"all parts worked again after {seconds:.0f} s; "
                f"{len(load.refused()):,} answers were not 202",
            )
        )
    no_alarm(fleet)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("breaks", ["refused", "reset", "read-only"])
def test_a_store_that_is_away_for_a_while(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool, breaks: str
) -> None:
    """Worker and Flower say so once, and all parts work again some seconds after its return."""
    store = make_store()
    with Wire(store.port) as wire:
        fleet = make_fleet(
            "downstream", "web", "worker", "flower", store=store, reach_store_at=wire.url, **OPEN
        )
        with Load(fleet.receiver_url, senders=4, pause=0.05) as load:
            load.wait_for(50)
            if breaks == "refused":
                wire.refuse()
            elif breaks == "reset":
                wire.lead_to(free_port())
            else:
                with store.client() as admin:
                    admin.replicaof("127.0.0.1", "1")
            # Long enough for waits that grow.
            time.sleep(90 if full else 15)
            if breaks == "refused":
                wire.accept()
            elif breaks == "reset":
                wire.lead_to(store.port)
            else:
                store.lead()
            began = time.monotonic()
            wait_until_all_work(fleet, load, seconds=BACK_SECONDS)
            seconds = time.monotonic() - began
        fleet.wait_until_worked_off()
        worker, flower = (fleet.process(name).output() for name in ("worker", "flower"))
    report(
        tally(
            f"store away: {breaks}",
            f"{90 if full else 15} s",
            load.accepted,
            fleet.effects(),
            note=f"all parts worked again after {seconds:.0f} s",
        )
    )
    assert seconds < BACK_SECONDS
    assert worker.count("store.unavailable") in ({1, 2} if full else {1})
    assert flower.count("the store is away") <= 1
    assert len([line for line in flower.splitlines() if line[1:3] in {"W ", "E "}]) < 20
    no_alarm(fleet)


@pytest.mark.timeout(600)
def test_a_planned_failover_behind_a_name(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """Old connections stay on the old primary, which is read-only now: all leave it."""
    primary, replica = make_store(), make_store()
    with Wire(primary.port) as wire:
        replica.follow(primary.port)
        fleet = make_fleet(
            "downstream", "web", "worker", "flower", store=primary, reach_store_at=wire.url, **OPEN
        )
        with Load(fleet.receiver_url, senders=4, pause=0.02) as load:
            for _ in range(3 if full else 1):
                load.wait_for(100)
                with primary.client() as old:
                    # Nothing is written any more before the other one leads.
                    old.client_pause(2000, all=False)
                    old.wait(1, 2000)
                replica.lead()
                wire.lead_to(replica.port, keep=True)
                primary.follow(replica.port)
                primary, replica = replica, primary
                began = time.monotonic()
                wait_until_all_work(fleet, load, seconds=BACK_SECONDS)
                seconds = time.monotonic() - began
        fleet.wait_until_worked_off()
        report(
            tally(
                "planned failover behind a name, the old primary lives on and is read-only",
                "3 times" if full else "once",
                load.accepted,
                fleet.effects(),
                note=f"all parts worked again after {seconds:.0f} s; "
                f"{len(load.refused()):,} answers were not 202",
            )
        )
    no_alarm(fleet)


@pytest.mark.timeout(600)
def test_a_middlebox_that_forgets_idle_connections(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """After each silence the first webhook is accepted, and handled in some seconds."""
    store = make_store()
    with Wire(store.port, forgets_after=5.0) as wire:
        fleet = make_fleet(store=store, reach_store_at=wire.url)
        accepted: dict[str, float] = {}
        refused = 0
        for number in range(5 if full else 2):
            with Load(fleet.receiver_url, senders=1, most=3, first=number * 10 + 1) as load:
                load.join()
            accepted |= load.accepted
            refused += len(load.refused())
            fleet.wait_until_worked_off()
            # This is the silence that is tested.
            time.sleep(7)
        report(
            tally(
                "a middlebox forgets connections idle for 5 s",
                f"{len(accepted)} webhooks",
                accepted,
                fleet.effects(),
                note=f"{refused} answers were not 202",
            )
        )
    assert refused == 0
    no_alarm(fleet)


@pytest.mark.timeout(600)
def test_replicas_that_come_and_go(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """NOREPLICAS is an outage: no unexpected error, no try used up, and all is handled."""
    store = make_store()
    fleet = make_fleet(store=store, RETRY_SCHEDULE_SECONDS="600")
    with Load(fleet.receiver_url, senders=4, pause=0.01) as load, store.client() as admin:
        for _ in range(10 if full else 3):
            load.wait_for(50)
            admin.config_set("min-replicas-to-write", 1)
            time.sleep(1.5)
            admin.config_set("min-replicas-to-write", 0)
    fleet.wait_until_worked_off(seconds=60)
    report(
        tally(
            "NOREPLICAS comes and goes",
            f"{10 if full else 3} times for 1.5 s",
            load.accepted,
            fleet.effects(),
            note=f"{len(load.refused()):,} answers were not 202",
        )
    )
    assert {each.status for each in load.refused()} == {503}
    no_alarm(fleet)

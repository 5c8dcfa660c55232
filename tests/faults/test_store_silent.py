"""Stores that are replaced without a word: nothing waits for a restart of ours."""

import time
from collections.abc import Callable
from typing import Final

import pytest

from sandbox.demo.ports import free_port
from tests.faults.conftest import MakeFleet, MakeStore, Report
from tests.faults.fleet import Fleet
from tests.faults.load import Load
from tests.faults.tally import tally
from tests.faults.wire import Wire
from tests.processes import wait_until


#: What reads Flower's own API.
_OPEN: Final = {"FLOWER_UNAUTHENTICATED_API": "true"}

#: Until every part works again: some seconds to find out that a connection is dead, then ten.
BACK_SECONDS = 25.0


def _hears_of(fleet: Fleet) -> Callable[[], bool]:
    """Make what says whether Flower's task pages have heard of tasks since now."""

    def heard() -> float:
        lines = fleet.http.get(f"{fleet.flower_url}/metrics").text.splitlines()
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.startswith("flower_events_total{") and "task-succeeded" in line
        )

    before = heard()
    return lambda: heard() > before


def _pages_work(fleet: Fleet) -> bool:
    """Return whether the Failed tab reads the store, and remote control reaches the worker."""
    counts = fleet.http.get(f"{fleet.flower_url}/failed/api/counts")
    workers = fleet.http.get(f"{fleet.flower_url}/api/workers?refresh=1")
    return counts.status_code == 200 and workers.status_code == 200 and bool(workers.json())


def _all_work(fleet: Fleet, load: Load) -> None:
    """Wait until each part works again, without any restart."""
    hears, began = _hears_of(fleet), len(load.accepted)

    def work() -> bool:
        handled = fleet.stats()
        return (
            len(load.accepted) > began + 50 and handled.running < 200 and hears()
        ) and _pages_work(fleet)

    wait_until(
        work, "receiver, worker, Flower's pages and the Failed tab work again", seconds=BACK_SECONDS
    )


def _no_alarm(fleet: Fleet) -> None:
    unexpected = [line for line in fleet.logs().splitlines() if "unexpected" in line]
    assert not unexpected, unexpected[:3]
    assert "Traceback" not in fleet.logs()
    assert all(each.running for each in fleet.processes)


@pytest.mark.timeout(600)
def test_a_store_that_is_replaced_in_silence(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """Old connections swallow all forever, new ones work: so do all parts, in some seconds."""
    store = make_store()
    with Wire(store.port) as wire:
        fleet = make_fleet(
            "downstream", "web", "worker", "flower", store=store, reach_store_at=wire.url, **_OPEN
        )
        with Load(fleet.receiver_url, senders=4, pause=0.02) as load:
            for _ in range(3 if full else 1):
                load.wait_for(100)
                swallowed = wire.swallow()
                began = time.monotonic()
                _all_work(fleet, load)
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
    _no_alarm(fleet)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("breaks", ["refused", "reset", "read-only"])
def test_a_store_that_is_away_for_a_while(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool, breaks: str
) -> None:
    """Worker and Flower say so once, and all parts work again some seconds after its return."""
    store = make_store()
    with Wire(store.port) as wire:
        fleet = make_fleet(
            "downstream", "web", "worker", "flower", store=store, reach_store_at=wire.url, **_OPEN
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
            _all_work(fleet, load)
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
    _no_alarm(fleet)


@pytest.mark.timeout(600)
def test_a_planned_failover_behind_a_name(
    make_fleet: MakeFleet, make_store: MakeStore, report: Report, full: bool
) -> None:
    """Old connections stay on the old primary, which is read-only now: all leave it."""
    primary, replica = make_store(), make_store()
    with Wire(primary.port) as wire:
        replica.follow(primary.port)
        fleet = make_fleet(
            "downstream", "web", "worker", "flower", store=primary, reach_store_at=wire.url, **_OPEN
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
                _all_work(fleet, load)
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
    _no_alarm(fleet)


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
    _no_alarm(fleet)


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
    _no_alarm(fleet)

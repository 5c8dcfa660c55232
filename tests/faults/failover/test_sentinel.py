"""Promise 1 with Sentinel: the primary is replaced, and the old one comes back as a primary."""

from functools import partial
from typing import Any, Final

import pytest

from sandbox.demo.ports import free_port
from tests.clusters import Sentinels, ask, info
from tests.faults.conftest import MakeFleet, Report
from tests.faults.failover.conftest import (
    PARTS,
    SETTINGS,
    SILENCE_SECONDS,
    MakeSentinels,
    Trial,
)
from tests.faults.fleet import Fleet
from tests.faults.load import Load
from tests.faults.store import Store
from tests.processes import wait_until


#: min-replicas-to-write, ACCEPT_DURABILITY, and whether events are lost that were answered 202.
PROTECTED: Final = [
    ("1", "memory", False),
    pytest.param("0", "replica", False, marks=pytest.mark.slow),
    pytest.param("0", "memory", True, marks=pytest.mark.slow),
]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_primary_is_killed(
    make_fleet: MakeFleet, make_sentinels: MakeSentinels, report: Report, full: bool
) -> None:
    """Sentinels promote a replica: all parts find it, and nothing is lost."""
    sentinels = make_sentinels()
    trial = Trial(_fleet(make_fleet, sentinels, "replica"))

    def kill() -> None:
        old = sentinels.named()
        old.kill()
        _wait_until_taken_over(sentinels, old)
        trial.all_work()
        old.start()

    trial.run(kill, 3 if full else 1, heal=partial(_wait_until_whole, sentinels))
    trial.report(report, "Sentinel: primary killed, ACCEPT_DURABILITY=replica")


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("min_replicas", "durability", "loses"), PROTECTED)
def test_the_old_primary_comes_back_while_processes_start(
    make_fleet: MakeFleet,
    make_sentinels: MakeSentinels,
    report: Report,
    full: bool,
    min_replicas: str,
    durability: str,
    loses: bool,
) -> None:
    """
    It takes writes from who was connected to it until it is demoted, and then they are gone.

    A receiver to which nothing was sent meanwhile does not know that it was away. Receivers and
    workers that start then ask the sentinels, and never find it.
    """
    sentinels = make_sentinels(**{"min-replicas-to-write": min_replicas})
    fleet = _fleet(make_fleet, sentinels, durability)
    trial = Trial(fleet, detection=SILENCE_SECONDS)
    usual = fleet.receiver_url
    fleet.start_web_on(free_port())
    early, fleet.receiver_url = fleet.receiver_url, usual
    loads: list[Load] = []

    def send(receiver: str, **options: Any) -> Load:
        loads.append(Load(receiver, first=100_000 * (len(loads) + 1), **options))
        return loads[-1]

    def come_back() -> None:
        with send(early, most=40) as load:
            load.join()
        old = sentinels.named()
        _may_be_demoted(old, False)
        old.freeze()
        _wait_until_taken_over(sentinels, old)
        old.thaw()
        with send(early, pause=0.05):
            fleet.receiver_url = f"http://127.0.0.1:{free_port()}"
            fleet.start("web", "worker")
            with send(fleet.receiver_url, pause=0.1) as load:
                load.wait_for(20)
                assert _role(old) == "master"
                trial.count_from_now()
                _may_be_demoted(old, True)
                wait_until(lambda: _role(old) == "slave", "the sentinels demote it")

    trial.run(come_back, 3 if full else 1, heal=partial(_wait_until_whole, sentinels))
    trial.add(loads)
    row = trial.report(
        report,
        f"Sentinel: the old primary comes back, min-replicas-to-write {min_replicas}, "
        f"ACCEPT_DURABILITY={durability}",
        may_lose=loses,
    )
    assert bool(row.lost) == loses


def _may_be_demoted(node: Store, may: bool) -> None:
    """Let sentinels demote a server or not: they usually do after 10 s, sooner than some start."""
    sign = "+" if may else "-"
    ask(node, "ACL", "SETUSER", "default", f"{sign}replicaof", f"{sign}slaveof")


def _role(node: Store) -> Any:
    return info(node, "replication").get("role")


def _fleet(make_fleet: MakeFleet, sentinels: Sentinels, durability: str) -> Fleet:
    settings = {
        **SETTINGS,
        "ACCEPT_DURABILITY": durability,
        # A receiver without protection would not be ready.
        "SENTINEL_FENCING": "none",
    }
    return make_fleet(*PARTS, store=sentinels.nodes[0], reach_store_at=sentinels.url, **settings)


def _wait_until_taken_over(sentinels: Sentinels, old: Store) -> None:
    def all_name_another() -> bool:
        return all(sentinels.named(number) != old for number in range(len(sentinels.ports)))

    wait_until(all_name_another, "the sentinels name another")


def _wait_until_whole(sentinels: Sentinels) -> None:
    def whole() -> bool:
        primary = sentinels.named()
        return all(_follows(node, primary) for node in sentinels.nodes if node != primary)

    wait_until(whole, "the others follow the primary")


def _follows(node: Store, primary: Store) -> bool:
    said = info(node, "replication")
    return said.get("master_port") == primary.port and said.get("master_link_status") == "up"

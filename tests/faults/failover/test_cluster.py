"""Promise 1 on a cluster: its servers fail over and its slots move while events flow."""

from functools import partial
from typing import Final

import pytest

from tests.clusters import Cluster, ask, info
from tests.faults.conftest import MakeFleet, Report
from tests.faults.failover.conftest import PARTS, SETTINGS, SILENCE_SECONDS, MakeCluster, Trial
from tests.faults.fleet import Fleet
from tests.faults.store import Store
from tests.processes import wait_until


PREFIX: Final = "{shop}:"

#: What an event that was answered 202 survives: `memory` may lose what had no time to be copied.
DURABILITIES: Final = [
    ("replica", False),
    pytest.param("memory", True, marks=pytest.mark.slow),
]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("durability", "may_lose"), DURABILITIES)
def test_the_primary_of_our_slot_is_killed(
    make_fleet: MakeFleet,
    make_cluster: MakeCluster,
    report: Report,
    full: bool,
    durability: str,
    may_lose: bool,
) -> None:
    """Its replica takes over and it is started again: all parts follow, and nothing is lost."""
    cluster = make_cluster()
    trial = Trial(_fleet(make_fleet, cluster, durability))

    def kill() -> None:
        old = cluster.owner(PREFIX)
        old.kill()
        _wait_until_taken_over(cluster, old)
        # `replica` accepts nothing before there is one again.
        old.start()

    trial.run(kill, 5 if full else 1, heal=partial(_wait_until_whole, cluster))
    fault = f"cluster: primary killed, ACCEPT_DURABILITY={durability}"
    trial.report(report, fault, may_lose=may_lose)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("durability", "may_lose"), DURABILITIES)
def test_the_primary_of_our_slot_is_frozen_and_comes_back(
    make_fleet: MakeFleet,
    make_cluster: MakeCluster,
    report: Report,
    full: bool,
    durability: str,
    may_lose: bool,
) -> None:
    """Its replica takes over; the old one wakes up, takes no write, and becomes a replica."""
    cluster = make_cluster()
    trial = Trial(_fleet(make_fleet, cluster, durability), detection=SILENCE_SECONDS)

    def freeze() -> None:
        old = cluster.owner(PREFIX)
        old.freeze()
        _wait_until_taken_over(cluster, old)
        if durability == "memory":
            # `replica` accepts nothing before there is one again.
            trial.all_work()
            trial.count_from_now()
        old.thaw()

    trial.run(freeze, 3 if full else 1, heal=partial(_wait_until_whole, cluster))
    fault = f"cluster: primary frozen and thawed, ACCEPT_DURABILITY={durability}"
    trial.report(report, fault, may_lose=may_lose)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_planned_failover(
    make_fleet: MakeFleet, make_cluster: MakeCluster, report: Report, full: bool
) -> None:
    """CLUSTER FAILOVER, again and again: nothing is lost with any durability."""
    cluster = make_cluster()
    trial = Trial(_fleet(make_fleet, cluster))

    def fail_over() -> None:
        cluster.fail_over(PREFIX)

    trial.run(fail_over, 10 if full else 1, heal=partial(_wait_until_whole, cluster))
    trial.report(report, "cluster: planned CLUSTER FAILOVER, ACCEPT_DURABILITY=memory")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", ["at once", "key by key"])
def test_our_slot_is_moved_while_events_flow(
    make_fleet: MakeFleet, make_cluster: MakeCluster, report: Report, full: bool, how: str
) -> None:
    """Scripts are refused while keys are on two servers, so nothing is lost or done twice."""
    cluster = make_cluster()
    trial = Trial(_fleet(make_fleet, cluster))
    moved: list[int] = []

    def move() -> None:
        to = cluster.others(PREFIX)[0]
        if how == "at once":
            cluster.move_at_once(PREFIX, to)
        else:
            moved.append(max(cluster.moving(PREFIX, to)))

    trial.run(move, 5 if full else 1, heal=partial(_wait_until_whole, cluster))
    trial.report(report, f"cluster: our slot moved {how}, ACCEPT_DURABILITY=memory")
    assert how == "at once" or min(moved) > 100, "there was nothing to move"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_store_that_acknowledges_only_what_is_durable(
    make_fleet: MakeFleet, make_cluster: MakeCluster, report: Report, full: bool
) -> None:
    """Like MemoryDB it refuses WAIT and CONFIG: it is asked neither, and nothing is lost."""
    cluster = make_cluster(appendfsync="always")
    for node in cluster.nodes:
        _forbid(node)
    trial = Trial(_fleet(make_fleet, cluster, "managed"))

    def kill() -> None:
        old = cluster.owner(PREFIX)
        old.kill()
        # At once: what its log has is still the truth.
        old.start()
        _forbid(old)

    trial.run(kill, 5 if full else 1, heal=partial(_wait_until_whole, cluster))
    trial.report(report, "cluster: primary killed and back at once, ACCEPT_DURABILITY=managed")


def _forbid(node: Store) -> None:
    ask(node, "ACL", "SETUSER", "default", "-wait", "-waitaof", "-config")


def _fleet(make_fleet: MakeFleet, cluster: Cluster, durability: str = "memory") -> Fleet:
    settings = {**SETTINGS, "STORE_PREFIX": PREFIX, "ACCEPT_DURABILITY": durability}
    return make_fleet(*PARTS, store=cluster.nodes[0], reach_store_at=cluster.url, **settings)


def _wait_until_taken_over(cluster: Cluster, old: Store) -> None:
    wait_until(lambda: cluster.owner(PREFIX) != old, "the replica has taken over")


def _wait_until_whole(cluster: Cluster) -> None:
    wait_until(
        lambda: (
            bool(cluster.replicas_of(cluster.owner(PREFIX))) and all(map(_in_step, cluster.nodes))
        ),
        "each primary has its replica in step",
    )


def _in_step(node: Store) -> bool:
    said = info(node, "replication")
    return said.get("role") == "master" or said.get("master_link_status") == "up"

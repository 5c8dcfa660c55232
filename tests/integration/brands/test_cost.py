"""Three brands on one cluster: each costs its primary what it would alone."""

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Final

import pytest

from tests.clusters import ask, info
from tests.faults.store import Store
from tests.integration.brands.brand import Brand
from tests.integration.costs.bounds import events


#: Of a brand's processor time of the store when it is alone.
A_TENTH: Final = 1.1

#: What connections do, and these tests.
SESSION: Final = {"hello", "client", "select", "ping", "config", "info", "cluster"}

EVENTS: Final = 150
ROUNDS: Final = 5
#: A machine that others use needs more of them.
MOST_ROUNDS: Final = 20


def _seconds(node: Store) -> float:
    used = info(node, "cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


def _calls(node: Store) -> int:
    """Count the commands that a server ran, those inside scripts too, but not those of sessions."""
    return sum(
        stat["calls"]
        for name, stat in info(node, "commandstats").items()
        if name.removeprefix("cmdstat_").split("|")[0] not in SESSION
    )


def _one_round(of: list[Brand], on: list[Store]) -> list[tuple[float, int]]:
    """Let these brands work at the same time; return seconds and commands of each server."""
    several = [events(EVENTS) for _ in of]
    for node in on:
        ask(node, "CONFIG", "RESETSTAT")
    before = [_seconds(node) for node in on]
    with ThreadPoolExecutor(len(of)) as working:
        for each in [
            working.submit(brand.handle_all, bodies)
            for brand, bodies in zip(of, several, strict=True)
        ]:
            each.result()
    return [(_seconds(node) - was, _calls(node)) for node, was in zip(on, before, strict=True)]


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("quiet")
def test_an_event_costs_a_primary_no_more_beside_two_other_brands(
    brands: list[Brand], strangers: list[Brand]
) -> None:
    """
    Commands and processor time of each primary for an event are those of one brand alone.

    Alone on the cluster: strangers keep the machine's caches and processors as busy as two brands.
    """
    three = brands[:3]
    nodes = [brand.node for brand in three]
    for brand in (*three, *strangers):
        # Scripts are loaded, and connections made.
        brand.handle_all(events(20))
    alone: list[list[float]] = [[] for _ in three]
    beside: list[list[float]] = [[] for _ in three]
    ratios: list[float] = []
    for done in range(1, MOST_ROUNDS + 1):
        commands = []
        for number, brand in enumerate(three):
            found = _one_round([brand, *strangers], nodes)
            # No more than a connection's search for its server.
            assert all(ran < 10 for node, (_, ran) in enumerate(found) if node != number)
            alone[number].append(found[number][0])
            commands.append(found[number][1])
        together = _one_round(three, nodes)
        assert [ran for _, ran in together] == pytest.approx(commands, rel=0.01)
        for number, (seconds, _) in enumerate(together):
            beside[number].append(seconds)
        # Round by round: what else the machine does changes from minute to minute.
        ratios = [
            median(both / one for both, one in zip(*rounds, strict=True))
            for rounds in zip(beside, alone, strict=True)
        ]
        if done >= ROUNDS and max(ratios) <= A_TENTH:
            break
    print([f"{median(one) / EVENTS * 1e6:.0f} µs an event" for one in alone], ratios)  # noqa: T201
    assert max(ratios) <= A_TENTH

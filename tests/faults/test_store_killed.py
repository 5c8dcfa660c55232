"""Promise 1: what a store that is killed, or loses its power, still has when it is back."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import engine
from tests.faults.conftest import MakeFleet, MakeStore, Report
from tests.faults.fleet import Fleet
from tests.faults.load import Load
from tests.faults.tally import tally


#: appendfsync, ACCEPT_DURABILITY, and whether a loss of power may lose what was answered 202.
SETTINGS = [("always", "memory", False), ("everysec", "memory", True), ("everysec", "fsync", False)]


def tried(settings: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Return these as parameters; `fsync` needs a store that has WAITAOF."""
    return [
        pytest.param(*each, marks=engine.needs_waitaof()) if "fsync" in each else each
        for each in settings
    ]


def senders(durability: str) -> int:
    """Return how many send at once: an answer that waits for the disk takes more than a second."""
    return 32 if durability == "fsync" else 8


def under_load(fleet: Fleet, end: Callable[[], None], times: int, durability: str) -> Load:
    """End the store while webhooks come, start it again, and work off what was accepted."""
    chance = random.Random(11)
    with Load(fleet.receiver_url, senders=senders(durability), pause=0.01) as load:
        for _ in range(times):
            load.wait_for(chance.randint(50, 200))
            end()
            fleet.store.start()
    fleet.wait_until_worked_off()
    return load


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("appendfsync", "durability"), tried([each[:2] for each in SETTINGS]))
def test_a_store_whose_process_is_killed_loses_nothing(
    make_fleet: MakeFleet,
    make_store: MakeStore,
    report: Report,
    full: bool,
    appendfsync: str,
    durability: str,
) -> None:
    """Killed under load and started again: all continue, and all that was 202 is there."""
    store = make_store(appendfsync=appendfsync)
    fleet = make_fleet(store=store, ACCEPT_DURABILITY=durability)
    kills = 20 if full else 1
    load = under_load(fleet, store.kill, kills, durability)

    fault = f"store's process killed, appendfsync {appendfsync}, ACCEPT_DURABILITY={durability}"
    report(tally(fault, f"{kills} kills", load.accepted, fleet.effects()))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("appendfsync", "durability", "may_lose"), tried(SETTINGS))
def test_a_store_that_loses_its_power_keeps_what_was_promised(
    make_fleet: MakeFleet,
    make_store: MakeStore,
    report: Report,
    power_loss: Path,
    full: bool,
    appendfsync: str,
    durability: str,
    may_lose: bool,
) -> None:
    """What is not on the disk goes; nothing that was 202 is lost, but with plain everysec."""
    store = make_store(appendfsync=appendfsync, preload=power_loss)
    fleet = make_fleet(store=store, ACCEPT_DURABILITY=durability)
    kills = 20 if full else 1
    load = under_load(fleet, store.lose_power, kills, durability)

    fault = f"store loses power, appendfsync {appendfsync}, ACCEPT_DURABILITY={durability}"
    row = report(tally(fault, f"{kills} times", load.accepted, fleet.effects()), may_lose=may_lose)
    assert row.lost or not may_lose, "the loss of power took nothing, so it was none"

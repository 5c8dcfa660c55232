"""Which core a process keeps to."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.one_core import WORTH_MOVING, better_core
from tests.processes import ROOT


SHARES = st.dictionaries(st.integers(0, 7), st.floats(0, 1), min_size=1)
CHANCES = st.floats(0, 1, exclude_max=True)


@given(used=SHARES, chance=CHANCES)
def test_a_process_moves_only_to_where_it_is_much_quieter(
    used: dict[int, float], chance: float
) -> None:
    """A move costs warm caches, so a little less work of others is not worth it."""
    for mine, share in used.items():
        core = better_core(used, mine, chance)
        if core != mine:
            assert share - used[core] >= WORTH_MOVING * 0.75
            assert used[core] - min(used.values()) < WORTH_MOVING


@given(used=SHARES)
def test_a_process_leaves_a_busy_core_sooner_or_later(used: dict[int, float]) -> None:
    """With half of all chances it goes; with the other half it stays, for others go too."""
    for mine, share in used.items():
        stays = share - min(used.values()) < WORTH_MOVING
        assert better_core(used, mine, 0.25) == mine
        assert (better_core(used, mine, 0.75) == mine) is stays


@given(used=SHARES, chance=CHANCES)
def test_a_core_that_is_no_longer_there_is_left_at_once(
    used: dict[int, float], chance: float
) -> None:
    """The kernel may take a core away."""
    assert better_core(used, 99, chance) in used


def test_two_quiet_cores_are_both_chosen() -> None:
    """Several processes that leave one core do not all go to the same."""
    used = {0: 0.9, 1: 0.0, 2: 0.01}

    assert {better_core(used, 0, chance / 100) for chance in range(50, 100)} == {1, 2}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores are kept to on Linux only")
def test_all_threads_follow_and_are_let_go_when_the_kernel_reports_nothing() -> None:
    """Threads from before and from after are on the one core; an error gives all cores back."""
    found = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=ROOT, check=True, capture_output=True, text=True
    )
    kept, moved, let_go = json.loads(found.stdout)

    every = sorted(os.sched_getaffinity(0))
    assert len(kept) == 1
    assert kept[0] in [[core] for core in every]
    assert moved == [[every[-1]]]
    assert let_go == [every]


_PROGRAM = """
import json, os, threading
from pathlib import Path
from telemetry import one_core

def cores():
    tasks = [int(task.name) for task in Path("/proc/self/task").iterdir()]
    found = {tuple(sorted(os.sched_getaffinity(task))) for task in tasks}
    return sorted(list(each) for each in found)

def start():
    threading.Thread(target=threading.Event().wait, daemon=True).start()

start()
core = one_core._Core()
start()
answers = [cores()]
core._mine = max(core._allowed)
core._move()
answers.append(cores())
one_core.CHOICE_SECONDS = 0.01
core._ticks = lambda: 1 / 0
one_core.log = type("Quiet", (), {"warning": lambda *_, **__: None})()
if len(core._allowed) == 1:
    core._allowed |= {max(core._allowed) + 1}
core.follow()
answers.append(cores())
print(json.dumps(answers))
"""

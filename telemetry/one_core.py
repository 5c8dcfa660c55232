"""
A process whose threads run Python one at a time keeps to one processor core.

Left to the kernel, its threads spread over all cores and pass Python's lock from core to core, each
time waking a sleeping core: twice the processor time for the same work. On one core they take
turns. The core is chosen again every second, so that the process leaves a core where others are
busy. docs/decisions/0031-one-core.md has the figures.
"""

import os
import random
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog


log = structlog.get_logger()

#: Seconds between two choices, plus or minus a fifth, so that several processes do not agree.
CHOICE_SECONDS: Final = 1.0

#: Share of a core that others must use more here than elsewhere before the process moves.
WORTH_MOVING: Final = 0.2

#: Fields of a line of /proc/stat (Linux documentation: proc_stat(5)), in clock ticks.
_IDLE: Final = (3, 4)
_ALL: Final = range(8)

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def keep_to_one_core() -> None:
    """Keep this process to one core from now on; threads that are started later follow."""
    try:
        core = _Core()
    except (AttributeError, OSError):  # not Linux, or a kernel that refuses
        return
    threading.Thread(target=core.follow, name="one-core", daemon=True).start()


def better_core(used: Mapping[int, float], mine: int, chance: float) -> int:
    """
    Return the core for the next second.

    Args:
        used: share of each allowed core that others use, from 0 to 1.
        mine: the core of this process now.
        chance: from 0 to 1, not 1. Half of the processes that could move stay: otherwise two on
            one core would leave it together, and meet again on the next.
    """
    least = min(used.values())
    if used.get(mine, 1.0) - least < WORTH_MOVING or (mine in used and chance < 0.5):
        return mine if mine in used else min(used, key=lambda core: (used[core], core))
    quiet = sorted(core for core, share in used.items() if share - least < WORTH_MOVING / 4)
    return quiet[int((chance * 2 % 1) * len(quiet))]


class _Core:
    def __init__(self) -> None:
        self._allowed = os.sched_getaffinity(0)
        self._read = self._ticks(), time.process_time(), time.monotonic()
        self._mine = random.choice(sorted(self._allowed))  # noqa: S311 - any will do
        self._move()

    def follow(self) -> None:
        """Choose and move, without end; if that fails, allow all cores again."""
        try:
            while len(self._allowed) > 1:
                time.sleep(CHOICE_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - see there
                core = better_core(self._used_by_others(), self._mine, random.random())  # noqa: S311
                if core != self._mine:
                    self._mine = core
                    self._move()
        except Exception as error:  # noqa: BLE001 - a gain in speed must not cost a process
            self._set(self._allowed)
            log.warning("one_core.off", error=type(error).__name__)

    def _used_by_others(self) -> dict[int, float]:
        before, own_before, then = self._read
        self._read = after, own, now = self._ticks(), time.process_time(), time.monotonic()
        ticks = max((now - then) * _TICKS, 1.0)
        shares = {core: (after[core] - before.get(core, 0)) / ticks for core in after}
        if self._mine in shares:
            shares[self._mine] -= (own - own_before) * _TICKS / ticks
        return {core: min(max(share, 0.0), 1.0) for core, share in shares.items()}

    def _ticks(self) -> dict[int, int]:
        """Return how many ticks each allowed core was used."""
        busy = {}
        for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines():
            name, *fields = line.split()
            if name.startswith("cpu") and name != "cpu" and int(name[3:]) in self._allowed:
                ticks = [int(fields[place]) for place in _ALL]
                busy[int(name[3:])] = sum(ticks) - sum(ticks[place] for place in _IDLE)
        if not busy:
            raise OSError("the kernel reports nothing about the allowed cores")
        return busy

    def _move(self) -> None:
        self._set({self._mine})

    @staticmethod
    def _set(cores: Collection[int]) -> None:
        # Each thread has its own; one that ends meanwhile has none.
        for thread in Path("/proc/self/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), cores)

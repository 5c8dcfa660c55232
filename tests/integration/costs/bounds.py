"""
What a webhook and a job may cost, in what can be counted: the quick guard of `make bench`.

Who makes something cheaper lowers its bound; who must raise one says why in the commit.
`pytest -s tests/integration/costs` shows where each stands.
"""

from collections.abc import Callable
from itertools import count, islice
from typing import Final

from bench.bodies import bodies
from inbox.store.client import StoreClient


#: The most that each may cost; what was counted when the bound was set stands beside it.
MOST: Final = {
    "round trips of an accept": 1.0,  # 1
    "bytes sent for an accept": 820,  # 777: each script names the guard
    "commands inside an accept": 9,  # 9: the archive is asked as well
    "function calls of an accept": 140,  # 111 on Python 3.13
    "bytes of a waiting event": 870,  # 812 to 832
    "modules of the receiver": 540,  # 531; 11 of them declare and read settings
    "round trips of a process job": 2.0,  # 2: claim, fan_out
    "commands inside a process job": 33,  # 32
    "bytes sent for a process job": 1060,  # 1,015: arguments have names
    "round trips of a handler's job": 2.0,  # 2: claim, done
    "commands inside a handler's job": 22,  # 21 and 22
    "bytes sent for a handler's job": 410,  # 388: each script names the guard
    "scripts of a removal": 11,  # 11
    "commands of a removal": 138,  # 138: what is archived is looked up
    "commands of folding a removal": 29,  # 29
    "bytes remembered of a removal with two effects": 930,  # 876: few share the hashes of the index
    "scripts to complete a removal with two effects": 10,  # 10
    "commands to complete a removal with two effects": 112,  # 112
    "commands to fold a removal with two effects": 26,  # 25.1
    "bytes remembered of a removal of a dry run": 470,  # 439
    "scripts to complete a removal of a dry run": 7,  # 7
    "commands to complete a removal of a dry run": 77,  # 77
    "commands to fold a removal of a dry run": 13,  # 12.1
    "bytes remembered of an unwanted event": 145,  # 130
    "scripts to complete an unwanted event": 3,  # 3
    "commands to complete an unwanted event": 35,  # 34.1
    "commands to fold an unwanted event": 1,  # 0.03: a marker is there at once
    "round trips of an event in a worker": 10,  # 6.5 to 6.8, more on a busy machine
}

EVENTS: Final = 40

_seeds = count(1)


def events(number: int = EVENTS) -> list[bytes]:
    """Make bodies that were never sent before."""
    return list(islice(bodies(next(_seeds)), number))


def within(what: str, found: float) -> None:
    """Hold a cost against its bound."""
    print(f"{what}: {found:g}")  # noqa: T201 - pytest -s shows where each stands
    assert found <= MOST[what], f"{what}: {found:g}, at most {MOST[what]:g}"


def memory(store: StoreClient) -> int:
    """Return the bytes that the store's keys and indexes take."""
    found = store.info("memory")
    # A store that once had a replica keeps what it wrote for the next one.
    return int(found["used_memory"]) - int(found["mem_replication_backlog"])


def commands(store: StoreClient, act: Callable[[], object]) -> int:
    """Count the commands that the store ran, those inside scripts too."""
    store.config_resetstat()
    act()
    return sum(
        stat["calls"]
        for name, stat in store.info("commandstats").items()
        if not name.startswith(("cmdstat_config", "cmdstat_info"))
    )

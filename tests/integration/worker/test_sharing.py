"""Connections of Celery's transport to the store: few, however many channels there are."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from kombu import transport
from kombu.utils import json

from inbox.store.client import StoreClient
from tests.engine import store_settings
from worker.app import create_celery
from worker.broker import pool as sharing


@pytest.fixture(autouse=True)
def no_pools(monkeypatch: pytest.MonkeyPatch, store: StoreClient) -> Iterator[None]:
    """Begin without pools and without connections that other tests left; close what was made."""
    for each in of_kombu(store):
        store.client_kill_filter(_id=each)
    made: dict[Any, Any] = {}
    monkeypatch.setattr(sharing, "_pools", made)
    # kombu remembers what a name meant when another test first connected by it.
    monkeypatch.delitem(transport._transport_cache, "redis", raising=False)
    yield
    for pool in made.values():
        pool.disconnect()


@contextmanager
def channels(redis_url: str, connections: str) -> Iterator[list[Any]]:
    """Open eight channels over two of kombu's connections, as Celery does."""
    app = create_celery({**store_settings(redis_url), "STORE_CONNECTIONS": connections})
    with ExitStack() as stack:
        two = [stack.enter_context(app.connection()) for _ in range(2)]
        yield [each.channel() for each in two for _ in range(4)]


def ping(channel: Any) -> None:
    """Use a channel's connection."""
    with channel.conn_or_acquire() as client:
        assert client.ping()


def of_kombu(store: StoreClient) -> set[str]:
    """Name the connections that are not ours, which all have names."""
    return {each["id"] for each in store.client_list() if not each["name"]}


def test_channels_share_one_connection(redis_url: str, store: StoreClient) -> None:
    """Eight channels that wait for nothing have one connection together."""
    with channels(redis_url, "4") as opened:
        for channel in opened:
            ping(channel)

        assert len(of_kombu(store)) == 1


def test_a_channel_that_is_closed_takes_no_connection_from_others(
    redis_url: str, store: StoreClient
) -> None:
    """What the others use stays open and works."""
    with channels(redis_url, "4") as opened:
        for channel in opened:
            ping(channel)
        before = of_kombu(store)
        opened[0].close()
        ping(opened[1])

        assert of_kombu(store) == before


def test_threads_wait_for_a_connection(redis_url: str, store: StoreClient) -> None:
    """More threads than connections: all are served, and none opens one more."""

    def wait(channel: Any) -> None:
        with channel.conn_or_acquire() as client:
            client.blpop("nothing-is-there", timeout=0.1)

    with channels(redis_url, "2") as opened, ThreadPoolExecutor(8) as pool:
        list(pool.map(wait, opened))

        assert len(of_kombu(store)) == 2


def test_a_connection_that_the_store_has_closed_is_made_anew(
    redis_url: str, store: StoreClient
) -> None:
    """Channels outlive it."""
    with channels(redis_url, "2") as opened:
        ping(opened[0])
        store.client_kill_filter(skipme=True)

        ping(opened[1])


def test_celery_can_write_the_options_of_its_connections() -> None:
    """`celery inspect stats`, and Flower's page of a worker, write them as JSON."""
    options = create_celery({}).conf.broker_transport_options

    assert "Bulkhead" in json.dumps(options)

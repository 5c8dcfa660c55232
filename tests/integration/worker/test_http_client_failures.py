"""Why a service cannot be reached is said in words, over real sockets, by value."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread
from time import sleep
from typing import Any

import pytest

from tests.integration.worker.authority import COMPANY, Authority
from tests.integration.worker.unreachable import (
    TLS_ADVICE,
    Serve,
    ends,
    failed,
    not_sent,
    serving,
)
from worker.http_client.certificates import trusted


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A CA that no one trusts until a test says so."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def trusts(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The company's CA is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    trusted.cache_clear()
    yield
    monkeypatch.undo()
    trusted.cache_clear()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that end with the test."""
    with serving() as start:
        yield start


@contextmanager
def full() -> Iterator[str]:
    """Open a port whose queue is full, so that no connection to it comes about."""
    with ExitStack() as sockets:
        listening = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            waits = sockets.enter_context(socket.socket())
            waits.setblocking(False)
            waits.connect_ex(listening.getsockname())
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (socket.EAI_NONAME, "the name crm.test is unknown"),
        (socket.EAI_AGAIN, "the name crm.test could not be resolved: no answer from DNS"),
    ],
)
def test_a_name_that_leads_nowhere(
    monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    """A name that does not exist is another error than a silent DNS; nothing was sent."""

    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "of the machine")

    monkeypatch.setattr(socket, "getaddrinfo", fails)

    error = failed("https://crm.test/hook")

    assert error.reason == "crm_service_unreachable"
    assert str(error) == f"crm_service could not be reached: {words}"
    assert not_sent(error)


def test_a_slow_dns_uses_up_the_time_to_connect(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No library can interrupt the resolver; nothing is sent once the time is over."""
    server = serve()
    resolve = socket.getaddrinfo

    def slowly(*asked: Any, **named: Any) -> Any:
        sleep(0.7)
        return resolve(*asked, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)

    error = failed(server.url)

    assert str(error).endswith(f"no connection to {server.place} within 0.5 s")
    assert not_sent(error)
    assert server.connections == []


def test_a_name_that_no_name_can_be() -> None:
    """The machine's own resolver refuses it: no exception of another kind comes through."""
    error = failed("http://shop.invalid/")

    assert error.reason == "crm_service_unreachable"
    assert "the name shop.invalid " in str(error)


def test_no_one_listens(serve: Serve) -> None:
    """A port without a server refuses; nothing was sent."""
    server = serve()
    server.close()

    error = failed(server.url)

    assert error.reason == "crm_service_unreachable"
    assert str(error) == f"crm_service could not be reached: {server.place} refused the connection"
    assert not_sent(error)


def test_a_stranger_certified_it(authority: Authority, serve: Serve) -> None:
    """The issuer is named; the request was not sent."""
    server = serve(tls=authority.server())

    error = failed(server.url)

    assert str(error) == (
        f"crm_service could not be reached: the certificate of {server.place} is not trusted: "
        f"unable to get local issuer certificate (issued by {COMPANY})"
    )
    assert not_sent(error)
    assert server.requests == []


@pytest.mark.usefixtures("trusts")
@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"until": "210101000000Z"}, "has expired on Jan 1 00:00:00 2021 GMT"),
        ({"names": "DNS:a.example,DNS:b.example"}, "is for a.example and b.example"),
    ],
    ids=["expired", "another name"],
)  # fmt: skip
def test_a_certificate_that_does_not_hold(
    authority: Authority, serve: Serve, wanted: dict[str, str], words: str
) -> None:
    """The end of its time, or the names that it is for, are named; the request was not sent."""
    server = serve(tls=authority.server(**wanted))

    error = failed(server.url)

    assert str(error) == (
        f"crm_service could not be reached: the certificate of {server.place} {words}"
    )
    assert not_sent(error)
    assert server.requests == []


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n"])
def test_tls_to_a_port_without(answer: bytes) -> None:
    """The address says https and the server does not speak it; nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"

        def serve() -> None:
            caller, _ = listening.accept()
            with caller, suppress(OSError):
                caller.recv(3)
                caller.sendall(answer)
                caller.recv(65_536)

        Thread(target=serve, daemon=True).start()
        error = failed(f"https://{place}/")

    assert error.reason == "crm_service_unreachable"
    assert str(error) == (
        f"crm_service could not be reached: {place} does not speak TLS: "
        "its address may have to begin with http://"
    )
    assert not_sent(error)


def alerts(caller: socket.socket) -> None:
    """Answer as TLS does what is none."""
    caller.sendall(b"\x15\x03\x01\x00\x02\x02\x46")
    ends(caller)


def test_no_tls_to_a_port_with(authority: Authority, serve: Serve) -> None:
    """The address says http and the server speaks TLS: what it sends back is an alert, or none."""
    server = serve(tls=authority.server())
    alerting = serve(alerts)

    # OpenSSL hangs up; others send an alert before.
    assert failed(f"http://{server.place}/").args[0].endswith(TLS_ADVICE)
    assert str(failed(alerting.url)) == (
        f"crm_service could not be reached: {alerting.place} answers in TLS: "
        "its address must begin with https://"
    )


def test_a_connection_that_is_not_accepted(serve: Serve) -> None:
    """Neither TCP nor the TLS handshake may take longer than connecting may; nothing was sent."""
    silent = serve(lambda _: None)
    with full() as place:
        errors = [failed(f"http://{place}/"), failed(f"https://{silent.place}/")]

    for error, where in zip(errors, (place, silent.place), strict=True):
        assert error.reason == "crm_service_timeout"
        assert str(error) == (
            f"crm_service did not answer in time: no connection to {where} within 0.5 s"
        )
        assert not_sent(error)

"""Company CAs and proxies, with real TLS servers and a real proxy."""

import gzip
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.integration.worker.answering import OK, Answer, Server
from tests.integration.worker.authority import Authority
from tests.integration.worker.proxying import Proxy
from worker.http_client import NOT_SENT, explanation, make_client
from worker.http_client.certificates import trusted
from worker.http_client.environment import EnvironmentValueError


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A company's CA."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Certificates and proxies are what the test says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    trusted.cache_clear()
    yield
    monkeypatch.undo()
    trusted.cache_clear()


@pytest.fixture
def started() -> Iterator[ExitStack]:
    """Servers and proxies that end with the test."""
    with ExitStack() as stack:
        yield stack


def serve(started: ExitStack, *answers: bytes | Answer, tls: Any = None) -> Server:
    """Start a server."""
    server = started.enter_context(closing(Server(tls)))
    server.says(*answers or [OK])
    return server


def lead(started: ExitStack, server: Server, answer: bytes = b"") -> Proxy:
    """Start a proxy that leads to it."""
    return started.enter_context(closing(Proxy(server.port, answer)))


def posted(url: str) -> int:
    """Send something; return the status."""
    with make_client(answer_seconds=5.0) as client:
        return client.post(url, content=b"{}").status_code


def test_a_company_ca_in_a_file(
    started: ExitStack, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE names it, by name or by address; without it, no one believes the server."""
    server = serve(started, tls=authority.server())
    with pytest.raises(NOT_SENT):
        posted(server.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    trusted.cache_clear()

    assert posted(server.url) == 200
    assert posted(server.url.replace("127.0.0.1", "localhost")) == 200


def test_a_company_ca_in_a_folder(
    started: ExitStack, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SSL_CERT_DIR names a folder as `openssl rehash` makes it."""
    authority.rehash(tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert posted(serve(started, tls=authority.server()).url) == 200


def test_a_file_that_holds_no_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is refused before a call is made, by the variable's name."""
    for content in (None, "no certificate"):
        file = tmp_path / f"{content is None}.pem"
        if content:
            file.write_text(content)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        trusted.cache_clear()

        with pytest.raises(EnvironmentValueError, match="SSL_CERT_FILE or SSL_CERT_DIR must name"):
            make_client()


def test_tls_goes_through_a_tunnel_of_the_proxy(
    started: ExitStack, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS_PROXY is asked for a tunnel, with its password; the name is read there."""
    server = serve(started, tls=authority.server())
    proxy = lead(started, server)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.setenv("HTTPS_PROXY", f"http://us%40er:pa%3Ass@{proxy.place}")

    with make_client() as client:
        for _ in range(2):
            assert client.post("https://crm.test/hook", content=b"{}").status_code == 200

    (head,) = proxy.heads
    assert head.startswith(b"CONNECT crm.test:443 HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic dXNAZXI6cGE6c3M=\r\n" in head
    assert [each.split(b"\r\n")[0] for each in server.requests] == [b"POST /hook HTTP/1.1"] * 2
    assert b"roxy" not in server.requests[0]


def test_plain_calls_are_handed_to_the_proxy(
    started: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY gets the whole address; a scheme may be left out, as curl allows."""
    server = serve(started)
    proxy = lead(started, server)
    monkeypatch.setenv("HTTP_PROXY", proxy.place)

    assert posted("http://crm.test/hook") == 200

    assert proxy.heads[0].startswith(b"POST http://crm.test/hook HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("host", "no_proxy", "direct"),
    [
        ("crm.test", "", False),
        ("crm.test", "other.test", False),
        ("crm.test", "crm.test", True),
        ("crm.test", ".test", True),
        ("crm.test", "test", True),
        ("crm.test", "*", True),
        ("crm.test", "a.test, crm.test", True),
        ("localhost", "", True),
        ("127.0.0.1", "", True),
        ("127.1.2.3", "", True),
    ],
)
def test_what_no_proxy_leaves_out(
    started: ExitStack, monkeypatch: pytest.MonkeyPatch, host: str, no_proxy: str, *, direct: bool
) -> None:
    """Names, their endings and all go direct; so does this machine, as in Go's net/http."""
    server = serve(started)
    proxy = lead(started, server)
    monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.place}")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, *more, **named: resolve("127.0.0.1", *more, **named)
    )

    assert posted(f"http://{host}:{server.port}/hook") == 200

    assert (not proxy.heads) is direct


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "socks5://secret@proxy.test:1080"),
        ("HTTPS_PROXY", "https://secret@proxy.test"),
        ("HTTP_PROXY", "http://secret@"),
        ("HTTP_PROXY", "http://secret@proxy.test:port"),
        ("HTTP_PROXY", "http://proxy.test:99999999"),
    ],
)
def test_a_proxy_that_is_none(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """It is refused before a call is made, by the variable's name and without its value."""
    monkeypatch.setenv(name, value)

    with pytest.raises(EnvironmentValueError, match=f"{name} must be an address like") as caught:
        make_client()

    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n", "answered 407 to CONNECT"),
        (b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n", "answered 502 to CONNECT"),
        (b"SSH-2.0-x\r\n\r\n", "answered with something that is not HTTP"),
    ],
)
def test_a_proxy_that_leads_nowhere(
    started: ExitStack, monkeypatch: pytest.MonkeyPatch, answer: bytes, words: str
) -> None:
    """The words are about the proxy, and it is certain that the service heard nothing."""
    proxy = lead(started, serve(started), answer)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@{proxy.place}")

    with pytest.raises(NOT_SENT) as caught:
        posted("https://crm.test/")

    assert explanation(caught.value) == f"the proxy {proxy.place} {words}"


def test_a_proxy_that_is_away(started: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the proxy that cannot be reached, by its place and without its password."""
    proxy = lead(started, serve(started))
    proxy.close()
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@{proxy.place}")

    with pytest.raises(NOT_SENT) as caught:
        posted("https://crm.test/")

    assert explanation(caught.value) == f"the proxy {proxy.place} refused the connection"


def test_netrc_is_not_read(
    started: ExitStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Passwords of the user who runs the worker go to no one."""
    (tmp_path / ".netrc").write_text("default login someone password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    server = serve(started)

    posted(server.url)

    assert b"authorization" not in server.requests[0].lower()


@pytest.mark.parametrize("bomb", [False, True])
def test_packed_answers_are_unpacked_within_bounds(started: ExitStack, *, bomb: bool) -> None:
    """What is read of an answer counts unpacked, so that a small one cannot fill the memory."""
    content = b"\0" * (200_000_000 if bomb else 50_000)
    packed = gzip.compress(content, 6)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    server = serve(started, head + packed)
    del content
    client = server.client(longest=65_536)

    tracemalloc.start()
    answer = client.post("/hook", content=b"{}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.content == b"\0" * (65_536 if bomb else 50_000)
    assert peak < 8_000_000

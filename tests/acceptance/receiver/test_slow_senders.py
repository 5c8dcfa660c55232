"""Senders that never come to the end of a request, against the running receiver."""

import resource
import select
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.acceptance.receiver.kit import (
    DEADLINE,
    PATH,
    eventually,
    head,
    read_answer,
    running_web,
)
from tests.standstill import Standstill


#: As many as the server has threads.
SLOW = 64

#: More connections than the server takes at the same time.
HALF_HEADS = 1100

RAW = b'{"slow":1}'
UNFINISHED = {
    "silent": head(RAW, length=1000) + RAW,
    "dribbling": head(RAW, length=1000) + RAW,
    "chunked": head(RAW, "Transfer-Encoding: chunked") + b"3\r\nabc\r\n",
    "behind another": head(RAW) + RAW + head(RAW, length=1000) + RAW,
}
MORE = {"dribbling": b"x", "chunked": b"1\r\nx\r\n"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's TCP_INFO")


@contextmanager
def dribbling(senders: list[tuple[str, socket.socket]]) -> Iterator[None]:
    """Send a byte over each dribbling connection now and then, for as long as it is taken."""
    done = Event()

    def dribble() -> None:
        while not done.wait(0.4):
            for kind, connection in senders:
                with suppress(OSError):
                    connection.sendall(MORE.get(kind, b""))

    thread = Thread(target=dribble)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def is_ended(connection: socket.socket) -> bool:
    """Return whether the other end has closed a connection, whatever it said before."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def test_slow_senders_of_every_kind_do_not_keep_webhooks_out(
    redis_url: str, tmp_path: Path
) -> None:
    """With all threads and all connections held, a webhook is still taken before it is given up."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 3 * HALF_HEADS:  # the receiver inherits it
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(3 * HALF_HEADS, most), most))
    with running_web(tmp_path / "log", redis_url) as web, ExitStack() as stack:
        senders = [
            (kind, stack.enter_context(web.connect()))
            for kind in UNFINISHED
            for _ in range(SLOW // len(UNFINISHED))
        ]
        for kind, connection in senders:
            connection.sendall(UNFINISHED[kind])
        heads = [stack.enter_context(web.connect()) for _ in range(HALF_HEADS)]
        for connection in heads:
            connection.sendall(b"POST /webhooks/voucherify HTTP/1.1\r\nX-Slow: ")

        with dribbling(senders), Standstill() as standstill:
            answer = web.send(b'{"healthy":1}')
            assert answer.status == 202
            # Voucherify gives up.
            assert answer.seconds - standstill.seconds < 10
            eventually(lambda: all(is_ended(each) for _, each in senders), "all are ended")
        eventually(lambda: web.send(b'{"healthy":2}').seconds < 1, "it is quick again")
        # A line for each check, and not for each connection.
        assert web.output.count("slow_senders.ended") < SLOW


def test_a_slow_body_is_refused_and_a_fast_neighbour_is_left_alone(
    redis_url: str, tmp_path: Path
) -> None:
    """408 in the one shape of errors; connections that are used are not touched meanwhile."""
    with (
        running_web(tmp_path / "log", redis_url) as web,
        web.connect() as slow,
        web.connect() as busy,
    ):
        slow.sendall(UNFINISHED["silent"])
        began = time.monotonic()
        while not select.select([slow], [], [], 0.1)[0]:
            assert time.monotonic() < began + DEADLINE, "no one was refused"
            raw = b'{"at":%d}' % time.monotonic_ns()
            busy.sendall(head(raw) + raw)
            assert read_answer(busy).status == 202

        assert time.monotonic() - began > 4
        answer = read_answer(slow)
        assert answer.status == 408
        assert answer.headers["connection"] == "close"
        assert answer.json["error"]["code"] == "body_too_slow"
        busy.sendall(head(RAW) + RAW)
        assert read_answer(busy).status == 202
        assert slow.recv(1) == b""
        assert "slow_senders.failed" not in web.output


def test_heads_have_a_limit(redis_url: str, tmp_path: Path) -> None:
    """What is longer than any proxy would make it is refused before Python sees it."""
    with running_web(tmp_path / "log", redis_url) as web:
        for path, fields, status in (
            (PATH, [f"X-Long: {'x' * 200_000}"], 431),
            (PATH, ["X-Many: x"] * 1000, 431),
            ("/" + "x" * 70_000, [], 414),
            (PATH, [f"X-Long: {'x' * 30_000}"], 202),
        ):
            with web.connect() as connection:
                text = head(RAW, *fields).replace(PATH.encode(), path.encode()) + RAW
                with suppress(OSError):  # it may be refused before all is sent
                    connection.sendall(text)
                assert read_answer(connection).status == status, fields[:1]
        assert web.send(RAW).status == 202

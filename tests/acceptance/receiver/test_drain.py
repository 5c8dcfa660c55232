"""SIGTERM: readiness fails first, everything begun is answered, nothing is refused."""

import os
import signal
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from inbox.store.client import StoreClient
from receiver.server.serve import FINISH_SECONDS
from tests.acceptance.receiver.kit import (
    DEADLINE,
    SECRET,
    Running,
    eventually,
    head,
    read_answer,
    running,
    running_web,
)


#: Long enough to check a draining receiver on a busy machine.
LONG = "60"


def drain(web: Running) -> None:
    """Ask it to stop, and wait until it says that it is about to."""
    web.process.send_signal(signal.SIGTERM)
    eventually(lambda: drains(web), "readiness fails")


def drains(web: Running) -> bool:
    """Return whether each of its worker processes says so: enough are asked to meet two."""
    return all(web.ask("GET", "/readyz").status == 503 for _ in range(20))


def end_at_once(web: Running) -> int:
    """Ask a draining receiver a second time, and give its exit code."""
    time.sleep(0.6)  # signals that come closer together are one wish
    web.process.send_signal(signal.SIGTERM)
    return web.process.wait(DEADLINE)


@pytest.mark.parametrize("count", ["1", "2"])
def test_readiness_fails_while_webhooks_are_still_taken(
    redis_url: str, tmp_path: Path, count: str
) -> None:
    """Every worker process says that it drains, takes webhooks, and keeps no connection."""
    with running_web(tmp_path / "log", redis_url, DRAIN_SECONDS=LONG, WEB_CONCURRENCY=count) as web:
        eventually(lambda: web.output.count("Started worker-") == int(count), "all have started")
        assert "connection" not in web.ask("GET", "/healthz").headers
        drain(web)

        # Enough for both of two processes to have their part.
        for n in range(20):
            readiness, accepted = web.ask("GET", "/readyz"), web.send(b'{"n":%d}' % n)
            assert (readiness.status, readiness.json["error"]["code"]) == (503, "draining")
            assert accepted.status == 202
            refused = web.ask("POST", "/webhooks/voucherify", b"{}")
            for answer in (readiness, accepted, refused, web.ask("GET", "/healthz")):
                assert answer.headers["connection"] == "close"
        assert (refused.status, web.ask("GET", "/healthz").status) == (401, 200)
        assert end_at_once(web) == 0


def test_it_drains_for_as_long_as_it_is_set(redis_url: str, tmp_path: Path) -> None:
    """The socket stays open for DRAIN_SECONDS, then the process ends by itself."""
    with running_web(tmp_path / "log", redis_url, DRAIN_SECONDS="2") as web:
        began = time.monotonic()
        web.process.send_signal(signal.SIGTERM)
        with suppress(ConnectionError):  # of the first that is not let in
            while web.process.poll() is None:
                assert web.send(b'{"at":%f}' % time.monotonic()).status == 202
        assert time.monotonic() - began >= 2
        assert web.process.wait(DEADLINE) == 0

        assert time.monotonic() - began < 2 + FINISH_SECONDS


def test_a_second_signal_ends_it_at_once(redis_url: str, tmp_path: Path) -> None:
    """Who asks again does not wait for the rest of the drain."""
    with running_web(tmp_path / "log", redis_url, DRAIN_SECONDS=LONG) as web:
        drain(web)

        assert end_at_once(web) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_every_process_drains_too(
    redis_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    """Heroku and a terminal signal workers as well: these continue until their parent says so."""
    with running_web(tmp_path / "log", redis_url, DRAIN_SECONDS=LONG, WEB_CONCURRENCY="2") as web:
        eventually(lambda: web.output.count("Started worker-") == 2, "all have started")
        os.killpg(web.process.pid, number)
        eventually(lambda: drains(web), "readiness fails")
        for n in range(40):
            assert web.send(b'{"n":%d}' % n).status == 202

        assert end_at_once(web) == 0
        assert "Unexpected exit" not in web.output


def test_workers_end_with_a_parent_that_was_killed(redis_url: str, tmp_path: Path) -> None:
    """No worker keeps the port that a new receiver is going to listen on."""
    with running_web(tmp_path / "log", redis_url, WEB_CONCURRENCY="2") as web:
        eventually(lambda: web.output.count("Started worker-") == 2, "all have started")
        web.process.kill()
        web.process.wait(DEADLINE)

        eventually(lambda: refuses(web), "the workers have ended")


def test_workers_are_replaced_on_sighup(redis_url: str, tmp_path: Path) -> None:
    """Granian's reload still works: workers obey their parent at any time."""
    with running_web(tmp_path / "log", redis_url) as web:
        web.process.send_signal(signal.SIGHUP)
        eventually(lambda: "Stopped old worker-1" in web.output, "the old worker has ended")

        assert "Killing" not in web.output
        assert web.send(b"{}").status == 202
        assert web.stop() == 0


def test_requests_in_flight_are_answered(
    redis_url: str, store: StoreClient, tmp_path: Path
) -> None:
    """Webhooks that wait for a slow store when the stop comes get their 202 during it."""
    with running_web(tmp_path / "log", redis_url) as web, ExitStack() as open_ones:
        connections = [open_ones.enter_context(web.connect()) for _ in range(4)]
        bodies = [b'{"n":%d}' % n for n in range(4)]
        for connection, body in zip(connections, bodies, strict=True):
            begin(connection, body)
        # What is only read continues: the store is asked whether they wait.
        store.client_pause(20_000, all=False)
        try:
            for connection, body in zip(connections, bodies, strict=True):
                connection.sendall(body)
            web.process.send_signal(signal.SIGTERM)
            eventually(lambda: "Stopping worker-1" in web.output, "the stop is under way")
            assert web.process.poll() is None
        finally:
            store.client_unpause()

        answers = [read_answer(connection) for connection in connections]
        assert {answer.headers["connection"] for answer in answers} == {"close"}
        for answer in answers:
            # The latter is what a store deserves that kept someone waiting for a second.
            taken = answer.status == 202 or answer.json["error"]["code"] == "inbox_timeout"
            assert taken, answer
        assert web.process.wait(DEADLINE) == 0


def test_a_sender_that_stops_in_the_middle_is_not_waited_for(
    redis_url: str, tmp_path: Path
) -> None:
    """Half a body holds the end up for 10 s and no longer, and no other request."""
    with running_web(tmp_path / "log", redis_url, DRAIN_SECONDS="1") as web:
        raw = b'{"half":"now","half":"never"}'
        with web.connect() as connection:
            begin(connection, raw)
            connection.sendall(raw[:9])
            began = time.monotonic()
            web.process.send_signal(signal.SIGTERM)
            with suppress(ConnectionError):  # the drain may be over by now
                assert web.send(b"{}").status == 202
            web.process.wait(60)

            assert time.monotonic() - began < 1 + FINISH_SECONDS + 9


def test_a_stop_during_the_start_is_quick(redis_url: str, tmp_path: Path) -> None:
    """A worker process that still loads has nothing to finish."""
    environ = {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, "REDIS_URL": redis_url, "DRAIN_SECONDS": "0"}
    # Only workers load Flask, and this one takes a minute.
    loads = tmp_path / "loads"
    (tmp_path / "flask.py").write_text(
        f"import pathlib, time\npathlib.Path({str(loads)!r}).touch()\ntime.sleep(60)\n"
    )
    environ["PYTHONPATH"] = str(tmp_path)
    with running("web", tmp_path / "log", HOST="127.0.0.1", **environ) as web:
        eventually(loads.exists, "a worker process loads")
        began = time.monotonic()

        assert web.stop() == 0
        assert time.monotonic() - began < FINISH_SECONDS - 1
        assert "Started worker-1" not in web.output


def begin(connection: socket.socket, body: bytes) -> None:
    """Send the head of a webhook, and wait until the receiver reads its body."""
    connection.sendall(head(body, "Expect: 100-continue"))
    assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")


def refuses(web: Running) -> bool:
    """Return whether no one listens any more."""
    try:
        web.connect().close()
    except ConnectionRefusedError:
        return True
    return False

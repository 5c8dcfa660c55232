"""A port is one receiver's alone, and of its processes one that dies takes no other down."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from inbox.store.connection import connect
from tests.acceptance import product
from tests.acceptance.receiver.kit import (
    DEADLINE,
    SECRET,
    Running,
    eventually,
    head,
    running,
    running_web,
)
from tests.engine import KEYS
from tests.faults.load import Load


def processes(web: Running) -> list[int]:
    """The server's processes that live now."""
    children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


@pytest.mark.long
@pytest.mark.parametrize("count", ["1", "2"])
def test_a_second_receiver_on_the_port_does_not_start(
    redis_url: str, tmp_path: Path, count: str
) -> None:
    """It ends with one message that names HOST and PORT; the first has answered all meanwhile."""
    other = {"VOUCHERIFY_WEBHOOK_SECRETS": "another-secret-of-ours", "REDIS_URL": redis_url}
    other["DRAIN_SECONDS"] = "0"
    with running_web(tmp_path / "first", redis_url, WEB_CONCURRENCY=count) as web:
        with running(
            "web", tmp_path / "second", PORT=str(web.port), WEB_CONCURRENCY=count, **other
        ) as second:
            while second.process.poll() is None:
                assert web.send(os.urandom(8)).status == 202
                time.sleep(0.05)
            assert second.process.wait(DEADLINE) == 1
            assert f"cannot listen at HOST 0.0.0.0, PORT {web.port}" in second.output
            assert second.output.count("\n") == 2, "that it waits, and that it gave up"
        assert web.send(os.urandom(8)).status == 202


def test_a_receiver_starts_again_at_once(redis_url: str, tmp_path: Path) -> None:
    """Neither connections that it closed itself nor the rest of a killed one stand in its way."""
    with running_web(tmp_path / "first", redis_url) as web:
        assert web.ask("POST", "/webhooks/voucherify", b"x" * 2_000_000).status == 413
        port = str(web.port)
        assert web.stop() == 0
    began = time.monotonic()
    with running_web(tmp_path / "second", redis_url, PORT=port, WEB_CONCURRENCY="2") as web:
        assert time.monotonic() - began < 5
        web.process.kill()  # its processes are left alone
        web.process.wait(DEADLINE)
        with running_web(tmp_path / "third", redis_url, PORT=port) as third:
            assert third.send(b"{}").status == 202
            assert third.process.poll() is None


@pytest.mark.long
def test_a_killed_process_is_replaced_and_the_other_continues(
    redis_url: str, tmp_path: Path
) -> None:
    """Under load, two are killed in turn: nothing is refused, nothing answered 202 is lost."""
    environ = {"VOUCHERIFY_WEBHOOK_SECRETS": product.SECRET, "WEB_CONCURRENCY": "2"}
    with running_web(tmp_path / "log", redis_url, **environ) as web:
        eventually(lambda: web.output.count("Started worker-") == 2, "both have started")
        with Load(f"http://127.0.0.1:{web.port}", senders=4, pause=0.01) as load:
            load.wait_for(50)
            for kill in (1, 2):
                victim = min(processes(web))
                os.kill(victim, signal.SIGKILL)
                # The other one alone takes the first of these.
                load.wait_for(50)
                eventually(
                    lambda kill=kill: web.output.count("Started worker-") == 2 + kill,  # type: ignore[misc]
                    "it is replaced",
                )
                assert victim not in processes(web)
                assert len(processes(web)) == 2
                # Granian takes a process that dies again within 5.5 s for one that cannot run.
                time.sleep(6)
            load.stop()
        assert {answer.status for answer in load.answers} <= {0, 202}, "nothing was refused"
        counts = connect(redis_url, max_connections=1).hgetall(KEYS.counts)
        assert int(counts[b"accepted"]) == len(load.accepted), "none of them is lost"
        assert web.stop() == 0


@pytest.mark.long
def test_it_is_asked_to_stop_until_it_does(redis_url: str, tmp_path: Path) -> None:
    """A body that never comes to its end holds the stop up for seconds; the exit code is 0 then."""
    with running_web(tmp_path / "log", redis_url) as web, web.connect() as connection:
        connection.sendall(head(b"", length=100) + b"half")
        eventually(lambda: web.send(b"{}").status == 202, "it answers")
        began = time.monotonic()

        assert web.stop() == 0
        assert time.monotonic() - began > 2, "the timer has asked again meanwhile"


def test_the_only_process_killed_ends_all(redis_url: str, tmp_path: Path) -> None:
    """With one process none can continue: exit code 1, and the platform starts it anew."""
    with running_web(tmp_path / "log", redis_url) as web:
        eventually(lambda: len(processes(web)) == 1, "it has started")
        os.kill(processes(web)[0], signal.SIGKILL)

        assert web.process.wait(DEADLINE) == 1


def test_a_process_that_dies_again_and_again_ends_all(redis_url: str, tmp_path: Path) -> None:
    """What cannot run is not started forever: exit code 1, and SECRET is in no line."""
    with running_web(tmp_path / "log", redis_url, WEB_CONCURRENCY="2") as web:
        eventually(lambda: web.output.count("Started worker-") == 2, "both have started")
        killed: set[int] = set()
        deadline = time.monotonic() + DEADLINE
        while web.process.poll() is None and time.monotonic() < deadline:
            for pid in set(processes(web)) - killed if web.process.poll() is None else ():
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            time.sleep(0.05)

        assert web.process.wait(DEADLINE) == 1
        assert len(killed) > 2
        assert not re.search(re.escape(SECRET), web.output)

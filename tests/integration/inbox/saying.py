"""Servers that give the answers of a test, or none at all."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from settings.store_address import Place


_BEGIN: Final = re.compile(rb"\*\d+\r\n\$\d+\r\n")


class Saying:
    """
    A server that gives one answer to some command, and "OK" to all others.

    Args:
        command: the first word of what it is to answer.
        answer: as it goes over the wire; without it, it never answers anything.

    Attributes:
        place: where it is.
        came: how many connections it has had.
    """

    def __init__(self, command: bytes = b"", answer: bytes = b"") -> None:
        self._command, self._answer = command, answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.place: Place = ("127.0.0.1", self._listener.getsockname()[1])
        self.came = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def says(self, command: bytes, answer: bytes) -> None:
        """Let it answer this from now on."""
        self._command, self._answer = command, answer

    def close(self) -> None:
        """End it and all its connections."""
        for each in (self._listener, *self._connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.came += 1
                self._connections.append(connection)
                if self._answer:
                    threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            while data := connection.recv(65_536):
                for words in _BEGIN.split(data)[1:]:
                    is_it = words.startswith(self._command)
                    connection.sendall(self._answer if is_it else _usual(words))


def _usual(words: bytes) -> bytes:
    return b"%1\r\n+proto\r\n:3\r\n" if words.startswith(b"HELLO\r\n$1\r\n3") else b"+OK\r\n"


def sentinel(epoch: int, primary: Place) -> bytes:
    """Write how a sentinel answers SENTINEL MASTER; the config-epoch says how new that is."""
    host, port = primary
    words = ("ip", host, "port", str(port), "flags", "master", "config-epoch", str(epoch))
    return b"*%d\r\n" % len(words) + b"".join(
        b"$%d\r\n%b\r\n" % (len(each), each.encode()) for each in words
    )


@contextmanager
def sayings() -> Iterator[Callable[..., Saying]]:
    """Return what makes such servers; all are gone at the end."""
    made: list[Saying] = []

    def make(*args: Any) -> Saying:
        made.append(Saying(*args))
        return made[-1]

    try:
        yield make
    finally:
        for each in made:
            each.close()


@contextmanager
def unreachable() -> Iterator[Place]:
    """Return a place that takes no connection and refuses none, as behind a firewall."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        # They fill its queue; Linux drops what comes then.
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield ("127.0.0.1", listener.getsockname()[1])

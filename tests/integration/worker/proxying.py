"""A company's proxy for outgoing calls."""

import socket
from contextlib import suppress
from threading import Thread


class Proxy:
    """Leads every call to one server, whatever name is asked for, as a company's proxy."""

    def __init__(self, target: int, answer: bytes = b"") -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._target, self._answer = target, answer
        self.place = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.heads: list[bytes] = []
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more calls."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += caller.recv(65_536)
            self.heads.append(head)
            if self._answer:
                caller.sendall(self._answer)
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                if head.startswith(b"CONNECT "):
                    caller.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                else:
                    server.sendall(head)
                Thread(target=_pump, args=(server, caller), daemon=True).start()
                _pump(caller, server)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

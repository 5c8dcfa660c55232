"""A server that answers whatever a test says, over real sockets."""

import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR, create_server, socket

import httpx2

from worker.http_client import make_client


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Answer = Callable[[socket], object]


class Server:
    """Answers each request by the next answer, the last one forever."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._listening = create_server(("127.0.0.1", 0))
        self._tls = tls
        self.port: int = self._listening.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.place}"
        self.answers: list[Answer] = []
        self.requests: list[bytes] = []
        self.connections: list[socket] = []
        self._clients: list[httpx2.Client] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def client(self, *, seconds: float = 5.0, longest: int = 65_536) -> httpx2.Client:
        """Make what is tested."""
        client = make_client(answer_seconds=seconds, longest_answer=longest)
        client.base_url = httpx2.URL(self.url)
        self._clients.append(client)
        return client

    def says(self, *answers: bytes | Answer) -> None:
        """Return what to answer."""
        self.answers = [_saying(each) if isinstance(each, bytes) else each for each in answers]

    def close(self) -> None:
        """Hang up on everybody."""
        for client in self._clients:
            client.close()
        for each in (self._listening, *self.connections):
            with suppress(OSError):
                each.shutdown(SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                self.connections.append(caller)
                threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket) -> None:
        with suppress(OSError):
            if self._tls:
                caller = self._tls.wrap_socket(caller, server_side=True)
                self.connections.append(caller)
            while request := _request(caller):
                self.requests.append(request)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                answer(caller)


def _saying(text: bytes) -> Answer:
    return lambda caller: caller.sendall(text)


def _request(caller: socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        more = caller.recv(65_536)
        if not more:
            return b""
        found += more
    head, _, body = found.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
    while len(body) < length:
        body += caller.recv(65_536)
    return head + b"\r\n\r\n" + body

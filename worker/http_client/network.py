"""
Sockets with a limit for the whole call, as httpcore2 takes them ("Network Backends").

httpx2's own limits begin anew with every read and every address of a name: an answer that drips, or
a name with eight dead addresses, would hold a thread far beyond them.
"""

import select
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpcore2

from worker.http_client.progress import Calls, Progress


def _keepalive() -> tuple[tuple[int, int, int], ...]:
    """Return socket options: 60 s of silence, then five probes 10 s apart."""
    # macOS calls the first one TCP_KEEPALIVE.
    idle = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
    named = (
        (idle, 60),
        (getattr(socket, "TCP_KEEPINTVL", None), 10),
        (getattr(socket, "TCP_KEEPCNT", None), 5),
    )
    probes = tuple((socket.IPPROTO_TCP, name, value) for name, value in named if name is not None)
    return (
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        *probes,
    )


_OPTIONS: Final = _keepalive()


class Network(httpcore2.NetworkBackend):
    """Connects within the call's limit, and ignores the library's own limits."""

    def __init__(self) -> None:
        self.calls = Calls()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the name that accepts."""
        del timeout, local_address, socket_options
        call = self.calls.now
        call.connects(host, port)
        with _noted(call, httpcore2.ConnectTimeout, httpcore2.ConnectError):
            return _Stream(_connected(host, port, call), self.calls, call.place)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, sock: socket.socket, calls: Calls, place: str) -> None:
        self._sock, self._calls, self._place = sock, calls, place
        self._secure = isinstance(sock, ssl.SSLSocket)
        self._readable = select.poll()
        self._readable.register(sock, select.POLLIN)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        call = self._calls.now
        with _noted(call, httpcore2.ReadTimeout, httpcore2.ReadError):
            self._sock.settimeout(call.left())
            data = self._sock.recv(max_bytes)
        call.reads(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        # The end of a request of a known length is no bytes.
        if not buffer:
            return
        call = self._calls.now
        call.sends(buffer, self._place, secure=self._secure)
        rest = memoryview(buffer)
        with _noted(call, httpcore2.WriteTimeout, httpcore2.WriteError):
            while rest:
                self._sock.settimeout(call.left())
                rest = rest[self._sock.send(rest) :]

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        del timeout
        call = self._calls.now
        if call.by_proxy and server_hostname is not None:
            # It is no longer the proxy that the call talks to.
            self._place = server_hostname
        call.place, call.secure = self._place, True
        try:
            with _noted(call, httpcore2.ConnectTimeout, httpcore2.ConnectError):
                self._sock.settimeout(call.left())
                sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except BaseException:
            self.close()
            raise
        return _Stream(sock, self._calls, self._place)

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if self._secure else None
        if info == "is_readable":
            # Closed by the server, or with bytes that were not requested: both can be read.
            return self._sock.fileno() < 0 or bool(self._readable.poll(0))
        return None


def _connected(host: str, port: int, call: Progress) -> socket.socket:
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    fault: OSError = OSError()
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            # One dead address leaves time for the others.
            sock.settimeout(call.left() / (len(addresses) - index))
            for option in _OPTIONS:
                sock.setsockopt(*option)
            sock.connect(address)
        except OSError as error:
            sock.close()
            fault = error
        else:
            return sock
    raise fault


@contextmanager
def _noted(call: Progress, late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """Record what the socket raises, and raise it as the library knows it."""
    try:
        yield
    # A name that cannot be one is a UnicodeError.
    except (OSError, UnicodeError) as error:
        call.fault = error
        raise (late if isinstance(error, TimeoutError) else broken) from error

"""
POSTs over kept connections, by the standard library's HTTP client.

httpx takes five times the processor time for the same call. What it gave is here too: waits are
bounded, certificates are checked, nothing is followed, repeated or read from the environment.
"""

import io
import select
from collections import deque
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from time import monotonic
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx

from worker.answers import Reply


#: As much of an answer's body is read; one that is longer costs its connection.
MOST_OF_AN_ANSWER: Final = 65_536

#: Connections that are kept for later; as many as jobs run at once are opened.
MOST_KEPT: Final = 50


class WireError(Exception):
    """No answer that can be read. Its text is not told: it may hold addresses with ids."""


class WireTimeoutError(WireError):
    """No answer in time."""


class Posts(Protocol):
    """What sends to one address."""

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """
        Send once; the reply's body is cut after `MOST_OF_AN_ANSWER`.

        Raises:
            WireError: there was no whole answer; whether the call arrived is not known.
        """

    def close(self) -> None:
        """Give up connections."""


class Wire:
    """
    Connections to one address, shared by the threads of a process.

    Args:
        url: http:// or https:// address.
        connect_seconds: how long to wait for a connection.
        answer_seconds: how long an answer may take in all, however slowly it comes.
    """

    def __init__(self, url: str, *, connect_seconds: float, answer_seconds: float) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connect_seconds, self._answer_seconds = connect_seconds, answer_seconds
        self._context = None
        if parts.scheme == "https":
            # The certificates that the other calls trust.
            self._context = httpx.create_ssl_context(trust_env=False)
        # The newest is used first, so that the others grow old and can be closed by the server.
        self._kept: deque[_Connection] = deque(maxlen=MOST_KEPT)

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send once; see `Posts.post`."""
        connection = self._connection()
        try:
            reply, keep = connection.post(self._target, body, headers)
        except BaseException as error:
            connection.close()
            if isinstance(error, TimeoutError):
                raise WireTimeoutError from error
            # ValueError: an answer that is no HTTP, or an address that cannot be one.
            if isinstance(error, OSError | HTTPException | ValueError):
                raise WireError from error
            raise
        if keep and len(self._kept) < MOST_KEPT:
            self._kept.append(connection)
        else:
            connection.close()
        return reply

    def close(self) -> None:
        """Give up connections."""
        while self._kept:
            self._kept.pop().close()

    def _connection(self) -> "_Connection":
        while True:
            try:
                kept = self._kept.pop()
            except IndexError:
                break
            if kept.usable():
                return kept
            kept.close()
        client: HTTPConnection
        if self._context is None:
            client = HTTPConnection(self._host, self._port, timeout=self._connect_seconds)
        else:
            client = HTTPSConnection(
                self._host, self._port, timeout=self._connect_seconds, context=self._context
            )
        return _Connection(client, self._answer_seconds)


class _Connection:
    def __init__(self, client: HTTPConnection, answer_seconds: float) -> None:
        self._client = client
        self._answer_seconds = answer_seconds
        self._deadline = 0.0
        self._ready: select.poll | None = None
        # http.client makes answers of a socket; this one has a limit for all of its reads.
        client.response_class = self._answer  # type: ignore[assignment]

    def post(self, target: str, body: bytes, headers: Mapping[str, str]) -> tuple[Reply, bool]:
        client = self._client
        if self._ready is None:
            client.connect()
            self._ready = select.poll()
            self._ready.register(client.sock.fileno(), select.POLLIN)
        client.sock.settimeout(self._answer_seconds)
        self._deadline = monotonic() + self._answer_seconds
        client.request("POST", target, body, dict(headers))
        with client.getresponse() as answer:
            content = answer.read(MOST_OF_AN_ANSWER)
            # It ended before its length: half an answer could read like a whole one.
            if answer.length and len(content) < MOST_OF_AN_ANSWER:
                raise HTTPException
            # A hint that an answer will come is none, and no client asked for one.
            if answer.status < 200:
                raise HTTPException
            # It closes itself when all of it was read.
            keep = answer.isclosed() and client.sock is not None
            said = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(status=answer.status, headers=said, body=content), keep

    def usable(self) -> bool:
        """Tell whether it is as quiet as it was left: one that the server closed can be read."""
        return self._client.sock is not None and self._ready is not None and not self._ready.poll(0)

    def close(self) -> None:
        self._client.close()

    def _answer(self, sock: socket, **options: Any) -> HTTPResponse:
        return HTTPResponse(_Slow(sock, self._deadline), **options)  # type: ignore[arg-type]


class _Slow:
    """A socket as `HTTPResponse` wants it, whose reads end by a time."""

    def __init__(self, sock: socket, deadline: float) -> None:
        self._source = _Source(sock, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._source)


class _Source(io.RawIOBase):
    def __init__(self, sock: socket, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline
        # Keeps the socket open until the answer was read, whoever closes it meanwhile.
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()

"""Services that cannot be reached, and calls to them."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import httpx2
import pytest

from tests.integration.worker.answering import OK, Answer, Server
from tests.unit.worker.build import SECRET, job
from worker.errors import RetryableError
from worker.http_client import NOT_SENT, make_client
from worker.http_client.outgoing import SignedPost


TLS_ADVICE = "; if it expects TLS, its address must begin with https://"

Serve = Callable[..., Server]


@contextmanager
def serving() -> Iterator[Serve]:
    """Start servers that end together."""
    with ExitStack() as servers:

        def start(*answers: bytes | Answer, tls: Any = None) -> Server:
            server = servers.enter_context(closing(Server(tls)))
            server.says(*answers or [OK])
            return server

        yield start


def impatient() -> httpx2.Client:
    """Make a client that waits for a second."""
    client = make_client()
    client.timeout = httpx2.Timeout(1.0, connect=0.5)
    return client


def failed(url: str) -> RetryableError:
    """Send something to a service of the shop that cannot be reached."""
    post = SignedPost("crm_service", url, SECRET, client=impatient())
    with closing(post), pytest.raises(RetryableError) as caught:
        post.send({}, idempotency_key="k", job=job())
    assert caught.value.outage
    return caught.value


def not_sent(error: RetryableError) -> bool:
    """Return whether it is certain that the service has not heard of the call."""
    return isinstance(error.__cause__, NOT_SENT)


def ends(caller: socket.socket) -> None:
    """Close the connection."""
    caller.shutdown(socket.SHUT_RDWR)


def resets(caller: socket.socket) -> None:
    """Close the connection as a machine does that has forgotten it."""
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.close()


def cuts(caller: socket.socket) -> None:
    """Close the connection before the answer's end."""
    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}")
    ends(caller)

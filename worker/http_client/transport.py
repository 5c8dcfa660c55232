"""Carries the calls of an httpx2 client: bounded, explained, never on a doubtful socket."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Final

import httpcore2
import httpx2

from worker.http_client.certificates import trusted
from worker.http_client.connections import Connections
from worker.http_client.failures import UnreachableError, failure
from worker.http_client.network import Network
from worker.http_client.progress import Progress
from worker.http_client.proxies import Proxies


#: A kept connection is used again for so long after its last answer. What stands between forgets
#: later: Node.js after 5 s, AWS ALB 60, Heroku's router 90, Azure 240, AWS NLB 350, Google 600.
IDLE_SECONDS: Final = 4.0

#: Connections that are kept for later; as many as jobs run at once are opened.
MOST_KEPT: Final = 50

_PORTS: Final = {"http": 80, "https": 443}


class Transport(httpx2.BaseTransport):
    """
    Sends each request once, and returns the whole answer.

    The client's time-out for connecting counts for name, TCP and TLS together, the one for reading
    for the whole answer.

    Args:
        longest: bytes of a decoded body that are read; a longer one is cut there.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._network = Network()
        self._proxies = Proxies.read()
        self._ways: dict[str | None, Connections] = {
            None: Connections(lambda: self._pool(None)),
            **{
                scheme: Connections(lambda proxy=proxy: self._pool(proxy))  # type: ignore[misc]
                for scheme, proxy in self._proxies.by_scheme.items()
            },
        }

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """
        Send it.

        Raises:
            httpx2.RequestError: there is no whole answer; `NOT_SENT` if nothing was sent.
        """
        times = request.extensions["timeout"]
        call = Progress(connect_seconds=times["connect"], answer_seconds=times["read"])
        self._network.calls.now = call
        url = request.url
        port = url.port or _PORTS.get(url.scheme, 0)
        proxy = self._proxies.scheme_for(url.scheme, url.host, port)
        call.by_proxy = proxy is not None
        try:
            with self._ways[proxy].lent() as pool:
                answer = pool.handle_request(_asked(request))
                with closing(answer):
                    return self._whole(answer)
        except httpx2.DecodingError:
            words = f"the answer of {call.place} cannot be unpacked"
            raise httpx2.DecodingError(words) from UnreachableError(words)
        except (
            httpcore2.TimeoutException,
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.ProxyError,
        ) as error:
            kind, words = failure(call, error)
            raise kind(words) from UnreachableError(words)

    def close(self) -> None:
        """Close the connections."""
        for way in self._ways.values():
            way.close()

    def _pool(self, proxy: httpcore2.Proxy | None) -> httpcore2.ConnectionPool:
        return httpcore2.ConnectionPool(
            ssl_context=trusted(),
            proxy=proxy,
            # None wait for another's connection: there are as many calls as threads.
            max_connections=None,
            max_keepalive_connections=MOST_KEPT,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=self._network,
        )

    def _whole(self, answer: httpcore2.Response) -> httpx2.Response:
        encoded = any(name.lower() == b"content-encoding" for name, _ in answer.headers)
        body = bytearray()
        for piece in _decoded(answer) if encoded else _pieces(answer):
            body += piece
            if len(body) >= self._longest:
                del body[self._longest :]
                break
        headers = [
            (name, value)
            for name, value in answer.headers
            if not (encoded and name.lower() in {b"content-encoding", b"content-length"})
        ]
        return httpx2.Response(answer.status, headers=headers, content=bytes(body))


class _Raw(httpx2.SyncByteStream):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def _asked(request: httpx2.Request) -> httpcore2.Request:
    url = request.url
    return httpcore2.Request(
        method=request.method,
        url=httpcore2.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.headers.raw,
        content=request.read(),
        extensions=request.extensions,
    )


def _pieces(answer: httpcore2.Response) -> Iterator[bytes]:
    if isinstance(answer.stream, Iterable):
        yield from answer.stream


def _decoded(answer: httpcore2.Response) -> Iterator[bytes]:
    """Decode by pieces, so that a few bytes cannot become gigabytes."""
    raw = httpx2.Response(answer.status, headers=answer.headers, stream=_Raw(_pieces(answer)))
    return raw.iter_bytes()

"""
The service that every side's handlers call: `python -m bench.downstream <port>`.

It takes a POST, waits, answers 200. `PUT /wait/<ms>` sets how long; `GET /counts` returns how many
calls came on which path and the most that were under way at once. Written on asyncio's
protocols, so that it costs little beside what is measured.
"""

import asyncio
import json
import re
import sys
from collections import Counter


_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Calls:
    """What all connections share."""

    def __init__(self) -> None:
        self.wait = 0.0
        self.under_way = 0
        self.most = 0
        self.counts: Counter[str] = Counter()


class Connection(asyncio.Protocol):
    """One caller; a call on a connection begins when the one before was answered."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._received = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are written to."""
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Answer no more."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Take what came; answer when a request is whole."""
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        length = _LENGTH.search(self._received, 0, max(head, 0) + 2)
        size = int(length[1]) if length else 0
        if head < 0 or len(self._received) < head + 4 + size:
            return
        method, path = self._received.split(b" ", 2)[:2]
        self._received.clear()
        self._take(method.decode(), path.decode())

    def _take(self, method: str, path: str) -> None:
        calls = self._calls
        if method == "PUT":
            calls.wait, calls.most = int(path.rsplit("/", 1)[1]) / 1000, 0
            self._answer({})
        elif method == "GET":
            self._answer({"most": calls.most, "counts": calls.counts})
        else:
            calls.under_way += 1
            calls.most = max(calls.most, calls.under_way)
            if calls.wait:
                asyncio.get_running_loop().call_later(calls.wait, self._done, path)
            else:
                self._done(path)

    def _done(self, path: str) -> None:
        self._calls.under_way -= 1
        self._calls.counts[path] += 1
        self._answer({})

    def _answer(self, document: object) -> None:
        if self._transport:
            body = json.dumps(document).encode()
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            )
            self._transport.write(f"{head}\r\n\r\n".encode() + body)


async def serve(port: int) -> None:
    """Serve until killed."""
    calls = Calls()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(calls), "127.0.0.1", port, backlog=512
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))

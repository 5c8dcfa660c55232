"""
The sender of webhooks, a process of its own so that its work counts for neither side.

`python -m bench.load '<JSON of Order>'` writes `ready` when its requests are made, waits for a
line, sends, and writes a JSON of `Result`. Raw sockets and epoll: a request costs it some 20 µs
where `http.client` takes 300, more than the servers that are measured.
"""

import gc
import json
import random
import re
import select
import selectors
import socket
import sys
from dataclasses import asdict, dataclass, field
from itertools import islice
from time import perf_counter

from bench.bodies import SIGNATURE_HEADER, bodies, sign


#: Seconds at the beginning of an open loop whose requests are not counted: all connections are
#: made in them, by a sender and to a server that have just woken up.
_WARM_SECONDS = 0.15

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What to send.

    Attributes:
        seed: names the bodies.
        connections: how many requests may be under way; of an open loop, the most.
        rate: requests a second, at random times; 0 sends the next when one was answered.
    """

    port: int
    requests: int
    seed: int
    path: str = "/webhooks/voucherify"
    connections: int = 8
    rate: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it; latencies in ms, of an open loop from the time meant for sending."""

    seconds: float
    p50: float
    p99: float


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    since: float = 0.0
    answer: bytearray = field(default_factory=bytearray)


class Sender:
    """Sends an order's requests from one thread."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._requests = [
            _request(order, body) for body in islice(bodies(order.seed), order.requests)
        ]
        self._selector = selectors.DefaultSelector()
        self._idle: list[_Connection] = []
        self._under_way = 0
        self._answered = 0
        self._count_from = 0.0
        self._latencies: list[float] = []

    def run(self) -> Result:
        """Send all, and wait for every answer."""
        times, order = self._times(), self._order
        sent, began = 0, perf_counter()
        self._count_from = began + (_WARM_SECONDS if times else 0.0)
        while self._answered < order.requests:
            now = perf_counter() - began
            while sent < order.requests and self._under_way < order.connections:
                if times and times[sent] > now:
                    break
                self._send(self._requests[sent], began + times[sent] if times else perf_counter())
                sent += 1
            wait = 10.0
            if times and sent < order.requests and self._under_way < order.connections:
                wait = max(0.0, times[sent] - (perf_counter() - began))
            if not self._receive(wait) and wait == 10.0:
                raise RuntimeError("no answer for ten seconds")
        seconds = perf_counter() - began
        self._latencies.sort()
        return Result(seconds=seconds, p50=self._quantile(0.5), p99=self._quantile(0.99))

    def _times(self) -> list[float]:
        """Return each request's time: as independent senders would, reproducibly."""
        if not self._order.rate:
            return []
        chance, at, times = random.Random(self._order.seed), 0.0, []
        for _ in self._requests:
            at += chance.expovariate(self._order.rate)
            times.append(at)
        return times

    def _quantile(self, share: float) -> float:
        return self._latencies[int(len(self._latencies) * share)] * 1000

    def _send(self, request: bytes, since: float) -> None:
        connection = self._idle.pop() if self._idle else self._connect()
        connection.since = since
        # A request is far smaller than a socket's buffer, so this never waits.
        connection.socket.sendall(request)
        self._under_way += 1

    def _connect(self) -> _Connection:
        connected = socket.create_connection(("127.0.0.1", self._order.port), timeout=10)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(connected)
        self._selector.register(connected, selectors.EVENT_READ, connection)
        return connection

    def _receive(self, wait: float) -> int:
        # epoll waits in whole milliseconds, which is more than some answers take.
        select.select([self._selector], [], [], wait)
        ready = self._selector.select(0)
        for key, _ in ready:
            connection: _Connection = key.data
            part = connection.socket.recv(65_536)
            connection.answer += part
            if self._whole(connection):
                self._answered += 1
                if connection.since >= self._count_from:
                    self._latencies.append(perf_counter() - connection.since)
                self._under_way -= 1
                self._free(connection)
            elif not part:
                self._close(connection)
        return len(ready)

    def _whole(self, connection: _Connection) -> bool:
        head = connection.answer.find(b"\r\n\r\n")
        if head < 0:
            return False
        length = _LENGTH.search(connection.answer)
        if length is None or len(connection.answer) < head + 4 + int(length[1]):
            return False
        if connection.answer[9:12] != b"202":
            raise RuntimeError(f"answered {bytes(connection.answer)!r}")
        return True

    def _free(self, connection: _Connection) -> None:
        if _CLOSE.search(connection.answer):
            self._close(connection)
        else:
            connection.answer.clear()
            self._idle.append(connection)

    def _close(self, connection: _Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
        elif not self._whole(connection):
            raise RuntimeError("a connection ended before its answer")
        self._selector.unregister(connection.socket)
        connection.socket.close()


def _request(order: Order, body: bytes) -> bytes:
    signature = sign(body)
    head = (
        f"POST {order.path} HTTP/1.1\r\nHost: 127.0.0.1:{order.port}\r\n"
        f"User-Agent: voucherify-webhook\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        f"{SIGNATURE_HEADER}: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def main() -> None:
    """Serve one order."""
    sender = Sender(Order(**json.loads(sys.argv[1])))
    # Its own pauses would count as the server's.
    gc.disable()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asdict(sender.run())), flush=True)


if __name__ == "__main__":
    main()

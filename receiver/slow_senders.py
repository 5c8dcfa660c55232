"""
Senders whose request does not come to its end: slow ones, silent ones, attackers.

The server reads a body inside a blocking call without a limit of time, so each slow sender holds
one of its threads. Here a thread looks once a second whether a body has been overdue for too
long. If so, it asks the kernel when data last went over each connection (TCP_INFO, Linux only),
and ends the reading half of those that have owed us the rest of a request for as long. The
thread that reads wakes up, and can still answer.
"""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread, get_ident
from time import monotonic, sleep
from typing import Final

import structlog


log = structlog.get_logger()

#: Seconds within which a whole body must have come.
BODY_SECONDS: Final = 10.0

#: Seconds between two looks, and the age from which on a read is watched.
LOOK_SECONDS: Final = 1.0

#: From so many open files on, connections that owe us a request, or do nothing, are ended as
#: well: the server takes some thousand connections and then no more (Granian, backpressure).
CROWDED: Final = 512

#: Where in Linux's struct tcp_info the milliseconds since the last data sent and received are.
_LAST_SENT: Final = 8 + 4 * 9
_LAST_RECEIVED: Final = 8 + 4 * 11

_OPEN_FILES: Final = "/proc/self/fd"


@dataclass(frozen=True, slots=True)
class Traffic:
    """When data last went over a connection; a new connection counts as both."""

    received: float
    sent: float


def asking_since(traffic: Traffic, before: float | None) -> float | None:
    """
    Tell since when a connection has owed us the rest of a request; None if it does not.

    What came after our last answer is a request. It is the one seen before unless we have
    answered in between.

    Args:
        traffic: as it is now.
        before: what this told at the last look.
    """
    if traffic.received <= traffic.sent:
        return None
    return traffic.received if before is None or traffic.sent > before else before


def is_late(traffic: Traffic, since: float | None, now: float) -> bool:
    """
    Tell whether a connection may be ended while a body is overdue.

    Either its request has not come to an end in time, or nothing went over it for as long:
    it is idle, and loses nothing, or it went silent right behind an earlier request.
    """
    return now - (max(traffic.received, traffic.sent) if since is None else since) > BODY_SECONDS


class SlowSenders:
    """Bodies that are being read, and what is done about those that are overdue."""

    def __init__(self) -> None:
        self._began: dict[int, float] = {}
        self._since: dict[int, float | None] = {}
        self._starting = Lock()
        self._started = not (sys.platform == "linux" and hasattr(socket, "TCP_INFO"))

    def begin(self) -> float:
        """Note that this thread begins to read a body, and tell when."""
        now = self._began[get_ident()] = monotonic()
        if not self._started:
            self._start()
        return now

    def end(self) -> None:
        """Note that this thread has read it."""
        del self._began[get_ident()]

    def _start(self) -> None:
        with self._starting:
            if not self._started:
                self._started = True
                Thread(target=self._watch, name="slow-senders", daemon=True).start()

    def _watch(self) -> None:
        while True:
            sleep(LOOK_SECONDS)
            try:
                self.look(monotonic())
            except Exception:
                log.exception("slow_senders.failed")

    def look(self, now: float) -> None:
        """End the connections of those that are late, if a body is overdue or it is crowded."""
        oldest = now - min(tuple(self._began.values()), default=now)
        crowded = len(os.listdir(_OPEN_FILES)) > CROWDED
        if oldest < LOOK_SECONDS and not crowded:
            self._since = {}
            return
        ended = 0
        before, self._since = self._since, {}
        for connection in own_connections():
            with connection, suppress(OSError):
                traffic = traffic_of(connection, now)
                inode = os.fstat(connection.fileno()).st_ino
                since = self._since[inode] = asking_since(traffic, before.get(inode))
                if (crowded or oldest > BODY_SECONDS) and is_late(traffic, since, now):
                    connection.shutdown(socket.SHUT_RD)
                    ended += 1
        if ended:
            log.warning("slow_senders.ended", connections=ended, crowded=crowded)


def own_connections() -> Iterator[socket.socket]:
    """Give the connections that this process has taken up, as copies to be closed."""
    ports: set[int] = set()
    found: list[socket.socket] = []
    for copy in _own_sockets():
        if copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            ports.add(_port(copy))
            copy.close()
        else:
            found.append(copy)
    for copy in found:
        if _port(copy) in ports:
            yield copy
        else:
            copy.close()


def _own_sockets() -> Iterator[socket.socket]:
    for name in os.listdir(_OPEN_FILES):
        with suppress(OSError):
            number = os.dup(int(name))
            try:
                copy = socket.socket(fileno=number)
            except OSError:  # no socket
                os.close(number)
                continue
            if copy.family in {socket.AF_INET, socket.AF_INET6} and copy.type == socket.SOCK_STREAM:
                yield copy
            else:
                copy.close()


def _port(connection: socket.socket) -> int:
    port: int = connection.getsockname()[1]
    return port


def traffic_of(connection: socket.socket, now: float) -> Traffic:
    """Ask the kernel when data last went over a connection."""
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_RECEIVED + 4)

    def moment(offset: int) -> float:
        (milliseconds,) = struct.unpack_from("I", told, offset)
        return now - milliseconds / 1000

    return Traffic(received=moment(_LAST_RECEIVED), sent=moment(_LAST_SENT))


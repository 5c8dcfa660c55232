"""
Senders whose request does not end: slow ones, silent ones, attackers.

This is for a receiver that senders reach directly or through a proxy that passes bodies on as they
come, as Heroku's router does. There, 64 slow senders would block every thread of a process. Behind
a proxy that buffers requests (deploy/nginx.conf, deploy/haproxy.cfg) it finds nothing to do.

The server reads a body inside a blocking call without a time limit, so each slow sender blocks one
of its threads. A thread here checks twice a second whether bodies are overdue. If so, it asks the
kernel when data last went over each connection (TCP_INFO, Linux only), and shuts the reading half
of as many connections as bodies are overdue, those first that have kept us waiting the longest.
While bodies are overdue, later requests wait behind them and are served once they are gone. The
thread that reads wakes up, and can still answer.
"""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from threading import Lock, Thread, get_ident
from time import monotonic, sleep
from typing import Final
from weakref import ref

import structlog


log = structlog.get_logger()

#: Seconds within which a whole body must have come. A webhook that waits for a thread that
#: long, and for the checks, is still answered before Voucherify's time-out of ten.
BODY_SECONDS: Final = 5.0

#: Seconds more for what may have come in whole and wait for a thread: a request of which nothing
#: came any more. Requests that still come block a thread for sure, and are ended first.
WAITING_SECONDS: Final = 1.5

#: Seconds more after which a late connection is ended however many others are late.
LAST_SECONDS: Final = 3.0

#: Seconds between two checks, and the age from which on a read is watched.
CHECK_SECONDS: Final = 0.5

#: So many open files are not too many. Above, connections that are late are ended though they
#: hold no thread: the server takes some thousand and then no more (Granian's backpressure).
CROWDED: Final = 512

#: The first byte of Linux's struct tcp_info when a connection is open both ways.
_ESTABLISHED: Final = 1

#: Where in it the milliseconds since the last data sent and received are.
_LAST_SENT: Final = 8 + 4 * 9
_LAST_RECEIVED: Final = 8 + 4 * 11

#: Where in it the number of segments with data that were sent is (since Linux 4.6).
_SEGMENTS_SENT: Final = 156

_OPEN_FILES: Final = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Traffic:
    """When data last went over a connection, its beginning if none did; whether any was sent."""

    received: float
    sent: float
    answered: bool = True


def waiting_since(traffic: Traffic, before: float | None) -> float | None:
    """
    Return since when the rest of a request is missing on a connection; None if none is.

    What came after our last answer is a request, and a new connection begins with one. It is the
    request of the last check unless we have answered in between.

    Args:
        traffic: as it is now.
        before: what this returned at the last check.
    """
    # The kernel counts in steps of some milliseconds: what comes right behind an answer, or with
    # the connection, has the same time.
    if traffic.answered and traffic.received <= traffic.sent:
        return None
    return traffic.received if before is None or traffic.sent > before else before


def time_left(traffic: Traffic, since: float | None, now: float) -> float:
    """
    Return for how many seconds more a connection is left alone while bodies are overdue.

    One over which nothing goes at all is idle, and loses nothing; or it went silent right
    behind an earlier request.
    """
    if since is not None and traffic.received - since > CHECK_SECONDS / 2:
        return since + BODY_SECONDS - now
    latest = max(traffic.received, traffic.sent) if since is None else since
    return latest + BODY_SECONDS + WAITING_SECONDS - now


class SlowSenders:
    """Bodies that are being read, and what is done about those that are overdue."""

    def __init__(self) -> None:
        self._began: dict[int, float] = {}
        self._since: dict[int, float | None] = {}
        self._starting = Lock()
        self._started = not (sys.platform == "linux" and hasattr(socket, "TCP_INFO"))

    def begin(self) -> float:
        """Note that this thread begins to read a body; return when."""
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
                Thread(target=_watch, args=(ref(self),), name="slow-senders", daemon=True).start()

    def check(self, now: float) -> None:
        """End as many connections as bodies are overdue, or as there are too many."""
        ages = [now - began for began in tuple(self._began.values())]
        excess = max(0, sum(1 for _ in _OPEN_FILES.iterdir()) - CROWDED)
        if excess == 0 and max(ages, default=0.0) < CHECK_SECONDS:
            self._since = {}
            return
        most = excess + sum(age > BODY_SECONDS for age in ages)
        before, self._since = self._since, {}
        late: list[tuple[float, int, int]] = []
        for number, connection in own_connections():
            traffic = traffic_of(connection, now)
            if traffic is None:
                continue
            inode = os.fstat(connection.fileno()).st_ino
            since = self._since[inode] = waiting_since(traffic, before.get(inode))
            if (left := time_left(traffic, since, now)) < 0:
                late.append((left, number, inode))
        late.sort(key=itemgetter(0))
        ended = [each for n, each in enumerate(late) if n < most or each[0] < -LAST_SECONDS]
        for _, number, inode in ended if most else ():
            _end(number, inode)
        if most and ended:
            log.warning("slow_senders.ended", connections=len(ended), crowded=excess > 0)


def _watch(which: "ref[SlowSenders]") -> None:
    """Check until the receiver is gone, as many are in tests."""
    while True:
        sleep(CHECK_SECONDS)
        watched = which()
        if watched is None:
            return
        try:
            watched.check(monotonic())
        except Exception:
            log.exception("slow_senders.failed")
        del watched


def _end(number: int, inode: int) -> None:
    copy = _copy(number)
    if copy is None:
        return
    with copy, suppress(OSError):  # it has ended by itself
        if os.fstat(copy.fileno()).st_ino == inode:  # the number may be another's by now
            copy.shutdown(socket.SHUT_RD)


def own_connections() -> Iterator[tuple[int, socket.socket]]:
    """
    Yield the connections that this process has accepted, each as a copy that is then closed.

    There is one copy at a time, since the process may be short of open files.
    """
    numbers = [int(path.name) for path in _OPEN_FILES.iterdir()]
    ports: dict[int, int] = {}
    listening: set[int] = set()
    for number in numbers:
        copy = _copy(number)
        if copy is None:
            continue
        with copy:
            if copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                listening.add(copy.getsockname()[1])
            else:
                ports[number] = copy.getsockname()[1]
    for number, port in ports.items():
        if port in listening and (copy := _copy(number)) is not None:
            with copy:
                yield number, copy


def _copy(number: int) -> socket.socket | None:
    with suppress(OSError):
        own = os.dup(number)
        try:
            copy = socket.socket(fileno=own)
        except OSError:  # no socket
            os.close(own)
            return None
        if copy.family in {socket.AF_INET, socket.AF_INET6} and copy.type == socket.SOCK_STREAM:
            return copy
        copy.close()
    return None


def traffic_of(connection: socket.socket, now: float) -> Traffic | None:
    """Ask the kernel when data last went over a connection; None if it is not open both ways."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SEGMENTS_SENT + 4)
    if info[0] != _ESTABLISHED:
        return None

    def time_of(offset: int) -> float:
        milliseconds: int = struct.unpack_from("I", info, offset)[0]
        return now - milliseconds / 1000

    (segments,) = struct.unpack_from("I", info, _SEGMENTS_SENT)
    return Traffic(time_of(_LAST_RECEIVED), time_of(_LAST_SENT), answered=segments > 0)

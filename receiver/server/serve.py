"""The main process of `web`: starts the server's worker processes, drains, stops them."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from time import monotonic
from types import FrameType
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from receiver.server.child import STOPS, load
from receiver.server.listen import ListenSettings
from receiver.server.port import PortTakenError, claim


TARGET: Final = "receiver.wsgi:app"

#: Webhooks that one process works on at the same time.
THREADS: Final = 64

#: Seconds for which workers may finish what they have begun, after draining.
FINISH_SECONDS: Final = 10

#: Signals this close together count as one: Heroku may send SIGTERM more than once.
ONE_SIGNAL_SECONDS: Final = 0.5

#: Seconds after which the server is asked to stop once more, until it does: Granian forgets a
#: request that comes while it replaces a process.
ASK_AGAIN_SECONDS: Final = 1.0


class Leave:
    """
    The end of a receiver: drain, then stop; a second signal stops at once.

    Args:
        seconds: how long to drain.
        announce: informs the workers.
        clock: gives seconds.
    """

    def __init__(
        self, seconds: float, announce: Callable[[], None], clock: Callable[[], float] = monotonic
    ) -> None:
        self._seconds = seconds
        self._announce = announce
        self._clock = clock
        self._parent = os.getpid()
        self._asked: float | None = None

    def take_signals(self) -> None:
        """Put itself before the server's own handler, which is in its place by now."""
        self._stop = signal.getsignal(signal.SIGTERM)
        for number in STOPS:
            signal.signal(number, self._ask)
        signal.signal(signal.SIGALRM, self._end)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._parent:
            return  # a worker, just forked, that does not listen for itself yet
        now = self._clock()
        if self._asked is None:
            self._asked = now
            self._announce()
            if self._seconds:
                signal.setitimer(signal.ITIMER_REAL, self._seconds)
                return
        elif now - self._asked < ONE_SIGNAL_SECONDS:
            return
        self._end(number, frame)

    def _end(self, number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, ASK_AGAIN_SECONDS)
        if callable(self._stop):
            self._stop(number, frame)


def serve(listen: ListenSettings) -> None:
    """
    Serve until a signal ends it, or end at once where another process has the port.

    Of several processes, one that dies is replaced while the others continue. If it was the only
    one, or dies again within 5.5 s, all ends with exit code 1: the platform starts it anew.
    """
    try:
        port = claim(listen)
    except PortTakenError as error:
        sys.exit(str(error))
    reading, writing = multiprocessing.Pipe(duplex=False)
    server = Server(
        TARGET,
        address=listen.host,
        port=listen.port,
        interface=Interfaces.WSGI,
        workers=listen.processes,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=60_000, max_buffer_size=65_536),
        workers_kill_timeout=FINISH_SECONDS,
        respawn_failed_workers=listen.processes > 1,
    )
    server.on_startup(Leave(listen.drain_seconds, writing.close).take_signals)
    loader = partial(load, TARGET, os.getpid(), reading, writing, one_core=listen.one_core)
    try:
        server.serve(target_loader=loader, wrap_loader=False)
    finally:
        # What ends takes its handlers down, and would be killed by the timer.
        signal.setitimer(signal.ITIMER_REAL, 0)
        if port is not None:
            port.close()

"""
A worker process under `python -m receiver`, and how its parent stops it.

The end of a pipe says that the parent drains or is gone; the parent's SIGTERM says stop. Signals
from elsewhere are ignored: a terminal and Heroku send SIGINT and SIGTERM to every process at once,
and a worker that obeyed would stop before the load balancer knows.
"""

import os
import signal
import sys
import threading
import time
from importlib import import_module
from multiprocessing.connection import Connection
from types import FrameType
from typing import Final
from wsgiref.types import WSGIApplication

from receiver.server.draining import Draining


STOPS: Final = (signal.SIGTERM, signal.SIGINT)

#: Wakes the main thread, the only one where Python runs what a signal means.
_WAKE: Final = signal.SIGUSR2

#: Seconds between two checks that the parent still lives; only while it drains.
_CHECK_SECONDS: Final = 0.2


def load(
    target: str, parent: int, reading: Connection, writing: Connection, *, one_core: bool
) -> WSGIApplication:
    """
    Load the application in a worker process that follows its parent.

    Args:
        target: module and name, with a colon between.
        parent: the parent's process id.
        reading: the pipe that ends when draining begins, or when the parent is gone.
        writing: its other end, which a forked process has too; it must not keep the pipe open.
        one_core: whether to keep to one processor core.
    """
    writing.close()
    # What the parent's own handlers are for is not this process's business.
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(_WAKE, _stop)
    if hasattr(signal, "sigwaitinfo"):  # macOS has none: there any signal stops a worker
        # Threads that are started from here on, the server's too, inherit this.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        threading.Thread(target=_obey, args=(parent,), daemon=True).start()
    drains = threading.Event()
    threading.Thread(target=_follow, args=(parent, reading, drains), daemon=True).start()
    if one_core:
        # Not before, for its thread too must leave those signals alone. The parent, which imports
        # this file, needs none of it: 4 MB.
        from telemetry.one_core import keep_to_one_core  # noqa: PLC0415 - as the comment says

        keep_to_one_core()
    module, name = target.split(":")
    return Draining(getattr(import_module(module), name), drains.is_set)


def _obey(parent: int) -> None:
    while True:
        if signal.sigwaitinfo(STOPS).si_pid == parent:
            _wake()


def _follow(parent: int, reading: Connection, drains: threading.Event) -> None:
    try:
        reading.recv_bytes()
    except EOFError:
        drains.set()
    # A killed parent sends nothing; its workers must not keep the port.
    while os.getppid() == parent:
        time.sleep(_CHECK_SECONDS)
    _wake()


def _wake() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, _WAKE)


def _stop(number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    if callable(handler):
        handler(number, frame)
    else:
        # The server has not set its own yet: nothing is served, so nothing is cut off.
        sys.exit(0)

"""
A worker process under `python -m receiver`: what it hears of its parent.

That the parent drains, it learns by the end of a pipe; that it shall stop, by the parent's
SIGTERM. Signals that come from elsewhere are not obeyed while the parent lives: a terminal and
Heroku send SIGINT and SIGTERM to every process at once, and workers that obeyed would stop
before the load balancer knows.
"""

import os
import signal
import sys
import threading
from importlib import import_module
from multiprocessing.connection import Connection
from types import FrameType
from typing import Final
from wsgiref.types import WSGIApplication

from receiver.draining import Draining


STOPS: Final = (signal.SIGTERM, signal.SIGINT)

#: Wakes the main thread, the only one where Python runs what a signal means.
_WAKE: Final = signal.SIGUSR2


def load(target: str, parent: int, reading: Connection, writing: Connection) -> WSGIApplication:
    """
    Load the application in a worker process, with its ears open.

    Args:
        target: module and name, with a colon between.
        parent: the parent's process id.
        reading: the pipe that ends when draining begins, or when the parent is gone.
        writing: its other end, which a forked process has too; it must not keep the pipe open.
    """
    writing.close()
    if hasattr(signal, "sigwaitinfo"):  # macOS has none: there any signal stops a worker
        _listen_to(parent)
    drains = threading.Event()
    threading.Thread(target=_await_end, args=(reading, drains), daemon=True).start()
    module, name = target.split(":")
    return Draining(getattr(import_module(module), name), drains.is_set)


def _await_end(reading: Connection, drains: threading.Event) -> None:
    try:
        reading.recv_bytes()
    except EOFError:
        drains.set()


def _listen_to(parent: int) -> None:
    # What the parent's own handlers are for is not this process's business.
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(_WAKE, _stop)
    # Threads that are started from here on, the server's too, inherit this.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    threading.Thread(target=_wait_for_signals, args=(parent,), daemon=True).start()


def _wait_for_signals(parent: int) -> None:
    while True:
        sender = signal.sigwaitinfo(STOPS).si_pid
        # A worker whose parent was killed obeys anybody.
        if sender == parent or os.getppid() != parent:
            signal.pthread_kill(threading.main_thread().ident or 0, _WAKE)


def _stop(number: int, frame: FrameType | None) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    if callable(handler):
        handler(number, frame)
    else:
        # The server has not set its own yet: nothing is served, so nothing is cut off.
        sys.exit(0)

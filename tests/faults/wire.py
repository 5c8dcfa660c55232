"""A wire to the store that a test may cut without closing it, or lead elsewhere."""

import select
import socket
import threading
import time
from contextlib import suppress
from typing import Self


class Wire:
    """
    Carries bytes between clients and a port of this machine.

    Cut, it takes connections and bytes and passes nothing on, as a network does that drops
    packets; no end is notified. Fixed, old connections stay dead and new ones work. Each piece that
    clients send takes `delay` seconds.

    Swallowed, a connection that exists takes bytes forever and passes none on, and is never
    closed: so a store fails over in silence, and so a middlebox forgets a connection on which
    nothing has come for `forgets_after` seconds. New connections work.
    """

    def __init__(self, target: int, *, forgets_after: float = float("inf")) -> None:
        self.delay = 0.0
        self._forgets_after = forgets_after
        self._swallowed: set[socket.socket] = set()
        self._target = target
        self._whole = threading.Event()
        self._whole.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._refused = 0
        self._start()

    def __enter__(self) -> Self:
        """Begin; it carries bytes already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._whole.set()
        self.break_connections()

    @property
    def port(self) -> int:
        """Where clients reach it."""
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The address for clients of the store."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def carrying(self) -> int:
        """How many connections carry bytes."""
        return sum(each not in self._swallowed for each in list(self._connections))

    def cut(self) -> None:
        """Pass nothing on any more, from connections that exist and from new ones."""
        self._whole.clear()

    def fix(self) -> None:
        """Pass bytes on again; what had stood still meanwhile is closed, as after a time-out."""
        self.break_connections()
        self._whole.set()

    def lead_to(self, port: int, *, keep: bool = False) -> None:
        """Carry new connections to another port; close the others, or keep them as they are."""
        self._target = port
        if not keep:
            self.break_connections()

    def swallow(self) -> int:
        """Pass nothing on any more from connections that exist; return how many."""
        self._swallowed.update(self._connections)
        return len(self._connections)

    def refuse(self) -> None:
        """Close every connection, and listen no more."""
        port = self.port
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.break_connections()
        self._refused = port

    def accept(self) -> None:
        """Listen again, on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self._refused))
        self._start()

    def break_connections(self) -> None:
        """Close every connection."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()

    def _start(self) -> None:
        threading.Thread(
            target=self._accept, args=(self._listener,), name="wire", daemon=True
        ).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                outside, _ = listener.accept()
            except OSError:
                return
            self._connections.append(outside)
            threading.Thread(target=self._carry, args=(outside,), daemon=True).start()

    def _carry(self, outside: socket.socket) -> None:
        with outside, suppress(OSError):
            self._whole.wait()
            with socket.create_connection(("127.0.0.1", self._target)) as inside:
                self._carry_between(outside, inside)
        with suppress(ValueError):
            self._connections.remove(outside)

    def _carry_between(self, outside: socket.socket, inside: socket.socket) -> None:
        ends, last = [outside, inside], time.monotonic()
        while True:
            for source in select.select(ends, [], [])[0]:
                data, now = source.recv(65_536), time.monotonic()
                if now - last > self._forgets_after:
                    self._swallowed.add(outside)
                last = now
                if outside in self._swallowed and source is inside:
                    # Whatever the other side does, no one hears of it.
                    ends.remove(inside)
                    continue
                if not data:
                    return
                if outside in self._swallowed:
                    continue
                # What was on its way when the wire was cut never arrives.
                if not self._whole.is_set():
                    self._whole.wait()
                    return
                if self.delay and source is outside:
                    time.sleep(self.delay)
                (inside if source is outside else outside).sendall(data)

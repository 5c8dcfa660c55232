"""A wire to the store that counts: whatever client is used, what it asks goes through here."""

import select
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass(slots=True)
class Traffic:
    """
    What went over the wire.

    Attributes:
        turns: round trips: how often a connection asked after it had been answered.
        sent, received: bytes from and to the clients.
    """

    turns: int = 0
    sent: int = 0
    received: int = 0


class CountingWire:
    """Carries bytes between clients and a store, and counts them."""

    def __init__(self, store_url: str) -> None:
        parts = urlsplit(store_url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 6379)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.traffic = Traffic()
        self._carried: list[socket.socket] = []
        threading.Thread(target=self._accept, name="counting-wire", daemon=True).start()

    def __enter__(self) -> Self:
        """Begin; it carries bytes already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take no more connections, and end those that there are."""
        for each in (self._listener, *self._carried):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def url(self) -> str:
        """The address for clients of the store."""
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def take(self) -> Traffic:
        """Return what was counted since the last time."""
        counted, self.traffic = self.traffic, Traffic()
        return counted

    def _accept(self) -> None:
        while True:
            try:
                outside, _ = self._listener.accept()
            except OSError:
                return
            self._carried.append(outside)
            threading.Thread(target=self._carry, args=(outside,), daemon=True).start()

    def _carry(self, outside: socket.socket) -> None:
        asked = False
        with outside, suppress(OSError), socket.create_connection(self._target) as inside:
            for each in (outside, inside):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                for source in select.select([outside, inside], [], [])[0]:
                    if not (data := source.recv(65_536)):
                        return
                    # Counted before it is passed on: who has an answer finds it counted.
                    if source is outside:
                        self.traffic.turns += not asked
                        self.traffic.sent += len(data)
                    else:
                        self.traffic.received += len(data)
                    asked = source is outside
                    (inside if source is outside else outside).sendall(data)

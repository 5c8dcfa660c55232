"""How far one call has come: its time limits, and what is known when it fails."""

import threading
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True, kw_only=True)
class Progress:
    """
    One call of one thread.

    Attributes:
        connect_seconds: how long connecting may take: DNS, TCP and TLS together.
        answer_seconds: how long sending and the whole answer may take, however slowly it comes.
        connect_until: when connecting ends, by the monotonic clock.
        answer_until: when the answer must be there; None before the first byte is sent.
        by_proxy: whether the connection leads to a proxy.
        place: host and port that the call connects to or waits for, in words.
        secure: whether the bytes to that place are TLS.
        sent: whether a byte of the request itself may have gone out; CONNECT to a proxy is none.
        begun: the first bytes that were read after the request was sent.
        ended: whether the other side closed the connection.
        fault: what the socket raised.
    """

    connect_seconds: float
    answer_seconds: float
    connect_until: float = 0.0
    answer_until: float | None = None
    by_proxy: bool = False
    place: str = ""
    secure: bool = False
    sent: bool = False
    begun: bytes = b""
    ended: bool = False
    fault: Exception | None = None

    def __post_init__(self) -> None:
        self.connect_until = monotonic() + self.connect_seconds

    def connects(self, host: str, port: int) -> None:
        """Record where the call connects to."""
        name = f"[{host}]" if ":" in host else host
        self.place = f"the proxy {name}:{port}" if self.by_proxy else f"{name}:{port}"

    def left(self) -> float:
        """
        Return for how many seconds the next step may wait.

        Raises:
            TimeoutError: none are left.
        """
        until = self.connect_until if self.answer_until is None else self.answer_until
        seconds = until - monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def sends(self, data: bytes, place: str, *, secure: bool) -> None:
        """Record that these bytes go out; the first ones start the time of the answer."""
        self.place, self.secure = place, secure
        if self.answer_until is None:
            self.answer_until = monotonic() + self.answer_seconds
        if not self.sent and not data.startswith(b"CONNECT "):
            self.sent, self.begun = True, b""

    def reads(self, data: bytes) -> None:
        """Record what came; no bytes mean that the other side closed the connection."""
        self.ended = not data
        if len(self.begun) < 5:
            self.begun += data[:5]


class Calls(threading.local):
    """The call that each thread makes now: the library hands streams no request."""

    def __init__(self) -> None:
        self.now = Progress(connect_seconds=0, answer_seconds=0)

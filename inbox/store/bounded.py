"""One connection to the store: every wait has a bound, and it knows when it was lost."""

import socket
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

import redis
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection
from redis.exceptions import ClusterDownError, MovedError, ReadOnlyError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from inbox.errors import is_to_be_left


#: With less time than this left, a command is not sent again.
SHORTEST_SECONDS: Final = 0.05

#: What there is for each further address of a name when no time is left.
_LEAST_SECONDS: Final = 0.001

#: What a command is sent again for, once and on a fresh connection; every script is safe to run
#: twice. Of the last three the server says that it has done nothing.
AGAIN: Final = (
    RedisConnectionError,
    RedisTimeoutError,
    ReadOnlyError,
    MovedError,
    ClusterDownError,
)

#: TCP asks after 30 s of silence whether the other side is there, and gives up within a minute;
#: it also gives up when what was sent is not confirmed for a minute (Linux: tcp(7)).
KEEPALIVE: Final = {
    getattr(socket, name): value
    for name, value in {
        "TCP_KEEPIDLE": 30,
        "TCP_KEEPALIVE": 30,  # macOS has this name for it
        "TCP_KEEPINTVL": 10,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": 60_000,
    }.items()
    if hasattr(socket, name)
}


class Deadline:
    """By when the command that uses a connection must have ended, by the monotonic clock."""

    def __init__(self) -> None:
        self.at = float("inf")

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.at - monotonic()


class Bounded(AbstractConnection):
    """
    A connection that knows when it was made and lost, and by when a command must have ended.

    Args:
        again: send a command once more on a fresh connection.

    Attributes:
        made_at: when it was made, by the monotonic clock.
        lost_at: when it broke, or showed that it leads to the wrong server; 0 if it has not.
        used_at: when it was used last.
    """

    def __init__(self, *args: Any, again: bool = False, **options: Any) -> None:
        if isinstance(self, redis.Connection):
            options |= {"socket_keepalive": True, "socket_keepalive_options": KEEPALIVE}
        self.deadline = Deadline()
        super().__init__(*args, **options)
        self.made_at = self.lost_at = self.used_at = 0.0
        if again:
            self.retry = _OnceMore(self.deadline)

    @property
    def socket_connect_timeout(self) -> float | None:
        """Seconds to connect, and no more than are left: a name may stand for several servers."""
        usual: float | None = super().socket_connect_timeout
        return usual and min(usual, max(self.deadline.left(), _LEAST_SECONDS))

    @socket_connect_timeout.setter
    def socket_connect_timeout(self, value: float | None) -> None:
        base: Any = AbstractConnection
        base.socket_connect_timeout.fset(self, value)

    def disconnect(self, *args: Any, **options: Any) -> None:
        """Close it, and remember when."""
        if self.is_connected:
            self.lost_at = monotonic()
        super().disconnect(*args, **options)  # type: ignore[no-untyped-call]  # redis ships partial types

    def read_response(self, *args: Any, **options: Any) -> Any:
        """Read an answer, in the time that is left."""
        left = self.deadline.left()
        if self.socket_timeout and left < self.socket_timeout:
            options.setdefault("timeout", max(left, SHORTEST_SECONDS))
        try:
            return super().read_response(*args, **options)
        except ResponseError as error:
            # Not closed here: the other answers of a pipeline are still to be read.
            if is_to_be_left(error):
                self.lost_at = monotonic()
            raise

    def _connect(self) -> Any:
        # Private: redis-py has no public step between the socket, whose time this bounds, and
        # what is sent first on it. tests/unit/worker/test_broker_names.py fails when it changes.
        usual = self.socket_timeout
        if usual is not None:
            self.socket_timeout = min(usual, max(self.deadline.left(), SHORTEST_SECONDS))
        try:
            made: Any = super()._connect()  # type: ignore[safe-super, no-untyped-call]  # redis's own
        finally:
            self.socket_timeout = usual
        made.settimeout(self.socket_timeout)
        self.made_at = monotonic()
        return made


class BoundedTcp(Bounded, redis.Connection):
    """The same by TCP."""


class BoundedTls(Bounded, redis.SSLConnection):
    """The same with TLS."""


class BoundedUnix(Bounded, redis.UnixDomainSocketConnection):
    """The same over a socket of this machine."""


CLASSES: Final = {"redis": BoundedTcp, "rediss": BoundedTls, "unix": BoundedUnix}


class _OnceMore(Retry):
    """Once more, on a fresh connection, if there is time for it."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(NoBackoff(), 1, supported_errors=AGAIN)
        self._deadline = deadline

    def call_with_retry(
        self,
        do: Callable[[], Any],
        fail: Callable[..., Any],
        is_retryable: Any = None,
        with_failure_count: bool = False,
    ) -> Any:
        """Do it, and do it again after an error; `fail` closes the connection."""
        del is_retryable
        for failures in (1, 2):
            try:
                return do()
            except AGAIN as error:
                fail(error, failures) if with_failure_count else fail(error)
                if failures == 2 or self._deadline.left() < SHORTEST_SECONDS:
                    raise
        raise AssertionError

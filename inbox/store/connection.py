"""
The one policy for connections to the store, of our own scripts and of kombu alike.

Every wait has a bound. A connection is left when the other side may be gone without a word: after
a time-out, after some idle time, and when it leads to a server that is no longer the primary. Then
none that was made before is trusted any more, for what broke one broke the others too.
docs/decisions/0045-connections-are-left.md has what was seen elsewhere.
"""

import os
from queue import Empty
from time import monotonic
from typing import Any, Final

from redis import BlockingConnectionPool
from redis.exceptions import TimeoutError as RedisTimeoutError

from inbox.keys import Keys
from inbox.store.bounded import Bounded
from inbox.store.client import StoreClient
from inbox.store.free import Free
from inbox.store.primary import connection_class
from settings.store_address import StoreAddress
from settings.store_url import store_address


#: A connection that was idle for so long is closed and not used again. Balancers and NATs
#: forget connections after 60 s (AWS ALB) to 350 s (AWS NLB), some without a word.
IDLE_SECONDS: Final = 30.0


def connect(
    at: StoreAddress | str,
    *,
    max_connections: int,
    connect_timeout: float = 0.5,
    answer_timeout: float = 0.7,
    whole_timeout: float | None = None,
    name: str = "perkhook",
) -> StoreClient:
    """
    Make a client with bounded waits; it connects at the first command.

    Connections are shared by the threads of a process: one command takes some 100 µs, so a
    few serve many threads, and the smallest hosted stores allow twenty in all.

    Args:
        at: where the store is; a text is parsed as REDIS_URL is.
        max_connections: how many sockets this process may open; more threads wait.
        connect_timeout: seconds to wait for a connection.
        answer_timeout: seconds to wait for an answer, and for a free connection.
        whole_timeout: seconds for a command with its second try; None for twice `answer_timeout`.
            With the receiver's patience for its turn, an answer goes out within two seconds.
        name: shown by the server's CLIENT LIST.
    """
    address = store_address(at) if isinstance(at, str) else at
    options: dict[str, Any] = {
        **address.options,
        "max_connections": max_connections,
        "timeout": answer_timeout,
        "socket_timeout": answer_timeout,
        "client_name": name,
        "whole_timeout": whole_timeout or 2 * answer_timeout,
        "again": True,
    }
    options["connection_class"] = connection_class(address)
    if not address.is_socket:
        options["socket_connect_timeout"] = connect_timeout
    return StoreClient(Pool(**options), Keys(address.prefix))


class Pool(BlockingConnectionPool):
    """
    A pool that does not ask a connection before it gives it out, and leaves those it cannot trust.

    A check costs three system calls for each command. That the server has closed a connection
    shows when it is used, and then the command is sent once more on a new one.

    Args:
        whole_timeout: seconds for which a caller may use a connection.
    """

    def __init__(self, *, whole_timeout: float = float("inf"), **options: Any) -> None:
        self._whole_timeout = whole_timeout
        #: Connections made before this time are left.
        self._distrust = 0.0
        super().__init__(**options, queue_class=Free)  # type: ignore[no-untyped-call]  # redis ships partial types

    def get_connection(self, command_name: Any = None, *keys: Any, **options: Any) -> Any:  # noqa: ARG002 - the base's
        """Return a connection; waits for one that is free as long as the pool may wait."""
        if self.pid != os.getpid():
            # A fork has the sockets of the process that it comes from.
            self.reset()  # type: ignore[no-untyped-call]
        try:
            connection = self.pool.get(timeout=self.timeout)
        except Empty:
            raise RedisTimeoutError("No connection came free in time.") from None
        try:
            if connection is None:
                connection = self.make_connection()  # type: ignore[no-untyped-call]
            now = monotonic()
            connection.deadline.at = now + self._whole_timeout
            if connection.is_connected and (
                connection.made_at <= self._distrust or now - connection.used_at > IDLE_SECONDS
            ):
                _leave(connection)
            if not connection.is_connected:
                connection.connect()
        except BaseException:
            self.release(connection)
            raise
        return connection

    def release(self, connection: Any) -> None:
        """Take a connection back; if it was lost, trust none that was made before."""
        if connection.lost_at:
            self._distrust = max(self._distrust, connection.lost_at)
            if connection.made_at <= connection.lost_at:
                connection.disconnect()
            connection.lost_at = 0.0
        connection.used_at = monotonic()
        super().release(connection)  # type: ignore[no-untyped-call]


def _leave(connection: Bounded) -> None:
    connection.disconnect()
    # This says nothing about the others.
    connection.lost_at = 0.0

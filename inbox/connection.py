from queue import Empty
from typing import Any, Final

from redis import (
    BlockingConnectionPool,
    Connection,
    Redis,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from inbox.free import Free
from settings.store_address import StoreAddress, store_address


_CLASSES: Final = {"redis": Connection, "rediss": SSLConnection, "unix": UnixDomainSocketConnection}


def connect(
    at: StoreAddress | str,
    *,
    max_connections: int,
    connect_timeout: float = 0.5,
    answer_timeout: float = 1.0,
    name: str = "perkhook",
) -> Redis:
    """
    Make a client with bounded waits; it connects at the first command.

    Connections are shared by the threads of a process: one command takes some 100 µs, so a
    few serve many threads, and the smallest hosted stores allow twenty in all.

    A command on a connection that the server has closed meanwhile is sent once more on a
    new one; every script is safe to run twice. A command that timed out is not: its time
    is used up.

    Args:
        at: where the store is; a text is parsed as REDIS_URL is.
        max_connections: how many sockets this process may open; more threads wait.
        connect_timeout: seconds to wait for a connection.
        answer_timeout: seconds to wait for an answer, and for a free connection.
        name: shown by the server's CLIENT LIST.
    """
    address = store_address(at) if isinstance(at, str) else at
    options: dict[str, Any] = {
        **address.options,
        "max_connections": max_connections,
        "queue_class": Free,
        "timeout": answer_timeout,
        "socket_timeout": answer_timeout,
        "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        "client_name": name,
    }
    options["connection_class"] = _CLASSES[address.scheme]
    if not address.is_socket:
        options["socket_connect_timeout"] = connect_timeout
        options["socket_keepalive"] = True
    pool = Pool(**options)  # type: ignore[no-untyped-call]  # redis ships partial types
    return Redis(connection_pool=pool)


class Pool(BlockingConnectionPool):
    """
    A pool that does not look at a connection before it gives it out.

    A look costs three system calls for each command. That the server has closed a connection
    shows when it is used, and then the command is sent once more on a new one.
    """

    def get_connection(self, command_name: Any = None, *keys: Any, **options: Any) -> Any:  # noqa: ARG002 - the base's
        """Give a connection; waits for one that is free as long as the pool may wait."""
        self._checkpid()
        try:
            connection = self.pool.get(timeout=self.timeout)
        except Empty:
            raise RedisConnectionError("No connection available.") from None
        try:
            if connection is None:
                connection = self.make_connection()  # type: ignore[no-untyped-call]
            if not connection.is_connected:
                connection.connect()
        except BaseException:
            self.release(connection)  # type: ignore[no-untyped-call]
            raise
        return connection

"""
One pool of connections for all of kombu in a process.

kombu gives each channel pools of its own, and opens channels for events, for remote control and
for each question of Flower's: 6 connections to the store in a worker, and more than 20 in Flower,
where the smallest hosted stores allow 20 in all (docs/decisions/0030-connections-are-shared.md).
"""

from time import monotonic
from typing import Any, Final

from kombu import transport
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis import ConnectionPool, UnixDomainSocketConnection

from inbox.store.bounded import BoundedTcp, BoundedTls, BoundedUnix
from inbox.store.connection import Pool


#: Of a channel that puts a message back, which looks a queue up while it has a connection.
FEWEST: Final = 2

#: Seconds that a thread waits for another's connection.
PATIENCE_SECONDS: Final = 5.0

#: Seconds that a command of kombu's may take.
COMMAND_SECONDS: Final = 10.0

#: Seconds until a connection that is listened on is asked whether it lives; after two or three
#: times as long without an answer it is replaced.
HEALTH_SECONDS: Final = 4

_most = FEWEST

#: By address and login.
_pools: dict[tuple[Any, ...], Any] = {}

_IDENTITY = (
    "connection_class",
    "host",
    "port",
    "path",
    "virtual_host",
    "db",
    "username",
    "password",
)


class PooledChannel(kombu_redis.Channel):  # type: ignore[misc]  # kombu ships no types
    """Shares what is not waited on; only what listens has a connection of its own."""

    connection_class = BoundedTcp
    connection_class_ssl = BoundedTls

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It was made for a first PING, before the channel was registered.
        self.__dict__.pop("client", None)

    @property
    def async_pool(self) -> Any:
        """The pool of the connections that this channel waits on; most channels never do."""
        return super().async_pool if self._registered else self.pool

    def _get_pool(self, asynchronous: bool = False) -> Any:
        made = super()._get_pool(asynchronous)
        if asynchronous:
            return made
        identity = tuple(made.connection_kwargs.get(name) for name in _IDENTITY)
        return _pools.setdefault((made.connection_class, *identity), _bounded(made))

    def _disconnect_pools(self) -> None:
        # Others use it; a connection that the store has closed is found out by its next user.
        self._pool = None
        super()._disconnect_pools()


class HealthCheckingPoller(kombu_redis.MultiChannelPoller):  # type: ignore[misc]  # kombu ships no types
    """Asks what is listened on whether it lives, where no event loop does so (in Flower)."""

    def __init__(self) -> None:
        super().__init__()
        self._asks_at = 0.0

    def get(self, callback: Any, timeout: float | None = None) -> Any:
        """Wait for a message, and raise Empty if none has come in time."""
        if monotonic() >= self._asks_at:
            self._asks_at = monotonic() + HEALTH_SECONDS
            self.maybe_check_subclient_health()
        return super().get(callback, timeout)


class PooledTransport(kombu_redis.Transport):  # type: ignore[misc]  # kombu ships no types
    """kombu's transport for Redis with channels that share."""

    Channel = PooledChannel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = HealthCheckingPoller()


def share_connections(most: int) -> None:
    """Let everything in this process that speaks with a store through kombu share so many."""
    global _most  # noqa: PLW0603 - kombu makes the channels, and tells them nothing of ours
    _most = max(FEWEST, most)
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{PooledTransport.__name__}"
        # kombu remembers what a name stood for when somebody first connected by it.
        transport._transport_cache.pop(scheme, None)  # noqa: SLF001 - it has no way to forget


def _bounded(pool: ConnectionPool) -> Pool:
    kind = pool.connection_class
    options = pool.connection_kwargs | {
        # A pool replaces what was idle for long, which needs no question.
        "health_check_interval": 0,
        "connection_class": BoundedUnix if kind is UnixDomainSocketConnection else kind,
        # What kombu sends by it are hints, events and questions: one that comes twice does no harm.
        "again": True,
        "max_connections": _most,
        "timeout": PATIENCE_SECONDS,
    }
    return Pool(whole_timeout=COMMAND_SECONDS, **options)

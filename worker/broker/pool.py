"""
One pool of connections for all of kombu in a process.

kombu gives each channel pools of its own, and opens channels for events, for remote control and
for each question of Flower's: 6 connections to the store in a worker, and more than 20 in Flower,
where the smallest hosted stores allow 20 in all (docs/decisions/0030-connections-are-shared.md).
"""

from time import monotonic
from typing import Any, Final

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis import ConnectionPool, UnixDomainSocketConnection

from inbox.keys import Keys
from inbox.store.bounded import BoundedTcp, BoundedTls, BoundedUnix
from inbox.store.connection import Pool
from inbox.store.primary import connection_class
from settings.store_address import StoreAddress


#: A channel that puts a message back reads a queue's bindings while it has a connection.
FEWEST: Final = 2

#: Seconds that a thread waits for another's connection.
PATIENCE_SECONDS: Final = 5.0

#: Seconds that a command of kombu's may take.
COMMAND_SECONDS: Final = 10.0

#: Seconds between two checks of a connection that is listened on; after two or three times as long
#: without an answer it is replaced.
HEALTH_SECONDS: Final = 4

_most = FEWEST

#: Classes of connections that find the primary, by the address that kombu has and the prefix.
_classes: dict[tuple[str, int, str], Any] = {}

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
    """Shares the connections that nothing waits on; only what listens has one of its own."""

    #: The shared pool, once it is known.
    _shared: Any = None
    #: kombu's own __init__ sends a first PING.
    _is_made = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The client of the PING has a shared connection.
        self.__dict__.pop("client", None)
        self._is_made = True

    @property
    def connection_class(self) -> Any:
        """What a connection without TLS is made of."""
        return self._class(BoundedTcp)

    @property
    def connection_class_ssl(self) -> Any:
        """What a connection with TLS is made of."""
        return self._class(BoundedTls)

    def _class(self, usual: Any) -> Any:
        at = self.connection.client
        return _classes.get((at.hostname, at.port, self.global_keyprefix), usual)

    @property
    def pool(self) -> Any:
        """The pool of what this channel sends without waiting for a message."""
        if self._shared is None:
            # kombu's own pool knows what a connection is made of; it has not opened any.
            own = super().pool
            identity = tuple(own.connection_kwargs.get(name) for name in _IDENTITY)
            self._shared = _pools.setdefault((own.connection_class, *identity), _bounded(own))
        return self._shared

    @property
    def async_pool(self) -> Any:
        """The pool of the connections that this channel waits on; most channels never do."""
        return super().async_pool if self._is_made else self.pool


class HealthCheckingPoller(kombu_redis.MultiChannelPoller):  # type: ignore[misc]  # kombu ships no types
    """Checks the connections that are listened on where no event loop does so (in Flower)."""

    def __init__(self) -> None:
        super().__init__()
        self._checks_at = 0.0

    def get(self, callback: Any, timeout: float | None = None) -> Any:
        """Wait for a message, and raise Empty if none has come in time."""
        if monotonic() >= self._checks_at:
            self._checks_at = monotonic() + HEALTH_SECONDS
            self.maybe_check_subclient_health()
        return super().get(callback, timeout)


class PooledTransport(kombu_redis.Transport):  # type: ignore[misc]  # kombu ships no types
    """kombu's transport for Redis with channels that share connections."""

    Channel = PooledChannel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = HealthCheckingPoller()


def share_connections(at: StoreAddress, most: int) -> None:
    """
    Make everything in this process that reaches the store through kombu share so many connections.

    Each of them leads to whoever is the primary when it is made (`inbox.store.primary`). To be
    called before kombu first connects: it remembers what a name of a transport means.
    """
    global _most  # noqa: PLW0603 - kombu makes the channels, with no way to pass something in
    _most = max(FEWEST, most)
    if not at.is_fixed:
        _classes[*at.places[0], Keys(at.prefix).celery] = connection_class(at)
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{PooledTransport.__name__}"


def _bounded(pool: ConnectionPool) -> Pool:
    kind = pool.connection_class
    options = pool.connection_kwargs | {
        # A pool replaces what was idle for long, which needs no question.
        "health_check_interval": 0,
        "connection_class": BoundedUnix if kind is UnixDomainSocketConnection else kind,
        # kombu sends messages, events, questions and acknowledgements by it: one that comes twice
        # does no harm.
        "again": True,
        "max_connections": _most,
        "timeout": PATIENCE_SECONDS,
    }
    return Pool(whole_timeout=COMMAND_SECONDS, **options)

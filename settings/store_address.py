"""Where the store is, in parts: every library gets these and never the text of REDIS_URL."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote


PORT: Final = 6379
SENTINEL_PORT: Final = 26379

#: What every key begins with where STORE_PREFIX says nothing else.
PREFIX: Final = "perkhook:"

#: Host and port of a server.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """
    How the store's certificate is checked, and which one is shown to the store.

    Attributes:
        verify: "none", "optional" or "required", as redis-py spells it.
        check_hostname: whether the certificate must be for the host.
        ca_certs: file with the authorities; None for those of the system.
        certfile: file with our own certificate; None for none.
        keyfile: file with its key; None if `certfile` holds it.
    """

    verify: str = "none"
    check_hostname: bool = False
    ca_certs: str | None = None
    certfile: str | None = None
    keyfile: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Return the keyword arguments of redis-py's SSLConnection, which kombu passes on."""
        found = {
            "ssl_cert_reqs": self.verify,
            "ssl_check_hostname": self.check_hostname,
            "ssl_ca_certs": self.ca_certs,
            "ssl_certfile": self.certfile,
            "ssl_keyfile": self.keyfile,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """
    Where the store is and who we are there.

    Attributes:
        places: servers, each a name or IP address without brackets and a port from 1 to 65535;
            none for a Unix socket. With a service, they are the sentinels.
        path: of the Unix socket; "" for TCP.
        service: the name that sentinels know the store by; "" without sentinels.
        is_cluster: whether they are nodes of a cluster.
        db: number of the database.
        username: decoded; None for the default user.
        password: decoded; None for none.
        sentinel_username: the user at the sentinels; None for the default user.
        sentinel_password: its password; None for none.
        tls: None for a plain connection; sentinels are asked the same way.
        prefix: what every key begins with (STORE_PREFIX).
    """

    places: tuple[Place, ...] = ()
    path: str = ""
    service: str = ""
    is_cluster: bool = False
    db: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = field(default=None, repr=False)
    sentinel_password: str | None = field(default=None, repr=False)
    tls: Tls | None = None
    prefix: str = PREFIX

    @property
    def is_fixed(self) -> bool:
        """Return whether one server is named, and no other can be the primary."""
        return not self.service and not self.is_cluster and len(self.places) <= 1

    @property
    def is_socket(self) -> bool:
        """Return whether it is a Unix socket."""
        return bool(self.path)

    @property
    def scheme(self) -> str:
        """Return "redis", "rediss" or "unix"."""
        return "unix" if self.is_socket else "rediss" if self.tls else "redis"

    @property
    def options(self) -> dict[str, Any]:
        """Return the keyword arguments of redis-py's connection classes: place, login and TLS."""
        place: dict[str, Any] = {"path": self.path}
        if not self.is_socket:
            place = dict(zip(("host", "port"), self.places[0], strict=True))
        login = {"db": self.db, "username": self.username, "password": self.password}
        return {**place, **login, **(self.tls.options if self.tls else {})}

    @property
    def broker_url(self) -> str:
        """
        Write the address as kombu reads it; TLS options go beside it, as `broker_use_ssl`.

        Of several servers it names the first: our connections find the primary by themselves.
        """
        login = quote(self.username or "", safe="")
        if self.password is not None:
            login += f":{quote(self.password, safe='')}"
        login += "@" if login else ""
        if self.is_socket:
            return f"redis+socket://{login}{quote(self.path)}?virtual_host={self.db}"
        host, port = self.places[0]
        host = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{login}{host}:{port}/{self.db}"

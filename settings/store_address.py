"""
REDIS_URL, parsed once: every library gets the parts and never the text.

redis-py, kombu and Flower read the same text in different ways. `?db=3` is database 3 for redis-py
and a crash in kombu; `unix://…?db=1` was database 1 for the inbox and 0 for Celery (the two
spellings: indico/indico#5391); `CERT_NONE` is Celery's word and `none` that of redis-py
(celery/celery#5371). So what this parser does not know is refused.
"""

import re
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit


PORT: Final = 6379

#: Celery's spelling, that of redis-py, and what both mean.
_VERIFY: Final = {
    spelling: word
    for word in ("none", "optional", "required")
    for spelling in (word, f"CERT_{word.upper()}")
}
_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_TLS_OPTIONS: Final = ("ssl_cert_reqs", "ssl_check_hostname", *_FILES)

_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_DATABASE: Final = re.compile(r"[0-9]{1,9}")


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
        host: name or IP address, without brackets; "" for a Unix socket.
        port: from 1 to 65535; without meaning for a Unix socket.
        path: of the Unix socket; "" for TCP.
        db: number of the database.
        username: decoded; None for the default user.
        password: decoded; None for none.
        tls: None for a plain connection.
    """

    host: str = ""
    port: int = PORT
    path: str = ""
    db: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    tls: Tls | None = None

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
        place = {"path": self.path} if self.is_socket else {"host": self.host, "port": self.port}
        login = {"db": self.db, "username": self.username, "password": self.password}
        return {**place, **login, **(self.tls.options if self.tls else {})}

    @property
    def broker_url(self) -> str:
        """Write the address as kombu reads it; TLS options go beside it, as `broker_use_ssl`."""
        login = quote(self.username or "", safe="")
        if self.password is not None:
            login += f":{quote(self.password, safe='')}"
        login += "@" if login else ""
        if self.is_socket:
            return f"redis+socket://{login}{quote(self.path)}?virtual_host={self.db}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{login}{host}:{self.port}/{self.db}"


def store_address(value: str) -> StoreAddress:
    """
    Parse a redis://, rediss:// or unix:// address.

    Raises:
        ValueError: says what to write instead, and repeats nothing of the text.
    """
    try:
        parts = urlsplit(value)
        port = parts.port
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        raise ValueError(_SHAPE) from None
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError(_SHAPE)
    found = dict(asked)
    if "#" in value:
        raise ValueError("must hold no #: write %23 where the password has one")
    if any(letter.isspace() or not letter.isprintable() for letter in value):
        raise ValueError("must hold no blanks and no invisible characters")
    if len(found) != len(asked):
        raise ValueError("must name each option behind ? once")
    _refuse_unknown(found, tls=parts.scheme == "rediss")
    common: dict[str, Any] = {
        "username": _decoded(parts.username) or None,
        "password": _decoded(parts.password) or None,
        "db": _database(parts, found.get("db")),
    }
    if parts.scheme == "unix":
        return StoreAddress(path=_socket_path(parts), **common)
    tls = _tls(found) if parts.scheme == "rediss" else None
    if port == 0:
        raise ValueError("must have a port from 1 to 65535")
    return StoreAddress(host=_host(parts), port=port or PORT, tls=tls, **common)


_SHAPE: Final = (
    "must be an address such as redis://:password@host:6379/0, rediss://… or unix:///path, with "
    "%40 for @, %2F for /, %3F for ? and %23 for # in the password"
)


def _refuse_unknown(found: dict[str, str], *, tls: bool) -> None:
    known = {"db", *(_TLS_OPTIONS if tls else ())}
    # The names are not repeated: a part of a password may have ended up among them.
    for name in found.keys() - known:
        if name in _TLS_OPTIONS:
            raise ValueError(f"must begin with rediss:// to have {name}")
        if name == "virtual_host":
            raise ValueError("must name the database as ?db=1, not as virtual_host")
        raise ValueError(
            "must have no options behind ? but db and, with rediss://, "
            f"{', '.join(_TLS_OPTIONS)}: perkhook sets time-outs and all else itself"
        )


def _decoded(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        decoded = unquote(value, errors="strict")
        decoded.encode()
    except UnicodeError:
        raise ValueError("must have user and password in UTF-8, percent-encoded") from None
    return decoded


def _database(parts: SplitResult, asked: str | None) -> int:
    path = "" if parts.scheme == "unix" else parts.path.removeprefix("/").removesuffix("/")
    named = [each for each in (path, asked) if each]
    wrong = (
        "must end in the number of its database and nothing else, such as /0"
        if parts.scheme != "unix"
        else "must name its database by a number, such as ?db=0"
    )
    if asked == "" or not all(_DATABASE.fullmatch(each) for each in named):
        raise ValueError(wrong)
    numbers = {int(each) for each in named}
    if len(numbers) > 1:
        raise ValueError("must name one database: leave ?db= out and write its number as /0")
    return numbers.pop() if numbers else 0


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if not host:
        raise ValueError("must name a host, such as redis://host:6379/0")
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except ValueError:
            raise ValueError("must hold an IPv6 address such as [::1]") from None
    if not host.isascii():
        raise ValueError("must name its host in ASCII: xn--… for a name with other letters")
    if not _HOST.fullmatch(host):
        raise ValueError("must name its host by letters, digits, dots and hyphens")
    return host


def _socket_path(parts: SplitResult) -> str:
    path = _decoded(parts.path) or ""
    # "unix://run/s.sock" would be the host "run".
    if parts.hostname or not path.startswith("/") or path == "/":
        raise ValueError("must name a socket by its whole path, such as unix:///run/redis.sock")
    return path


def _tls(found: dict[str, str]) -> Tls:
    verify = _VERIFY.get(found.get("ssl_cert_reqs", "none"))
    if verify is None:
        raise ValueError("must have as ssl_cert_reqs one of none, optional, required")
    check = found.get("ssl_check_hostname", "true" if verify != "none" else "false").lower()
    if check not in {"true", "false"}:
        raise ValueError("must have as ssl_check_hostname true or false")
    if verify == "none" and (check == "true" or "ssl_ca_certs" in found):
        raise ValueError(
            "must have ssl_cert_reqs=required for ssl_ca_certs and ssl_check_hostname to count"
        )
    for name in _FILES:
        if name in found and not Path(found[name]).is_file():
            raise ValueError(f"must have as {name} a file that is there")
    if "ssl_keyfile" in found and "ssl_certfile" not in found:
        raise ValueError("must have ssl_certfile with ssl_keyfile")
    files = {name.removeprefix("ssl_"): found[name] for name in _FILES if name in found}
    return Tls(verify=verify, check_hostname=check == "true", **files)

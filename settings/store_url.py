"""
REDIS_URL, parsed once: every library gets the parts and never the text.

redis-py, kombu and Flower read the same text in different ways. `?db=3` is database 3 for redis-py
and a crash in kombu; `unix://…?db=1` was database 1 for the inbox and 0 for Celery (the two
spellings: indico/indico#5391); `CERT_NONE` is Celery's word and `none` that of redis-py
(celery/celery#5371). So what this parser does not know is refused.
"""

import re
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from settings.store_address import PORT, SENTINEL_PORT, Place, StoreAddress, Tls


#: How a scheme says that the primary is to be found: among these servers, by sentinels, or by the
#: nodes of a cluster.
_SCHEMES: Final = {
    f"{base}{kind}": (base, kind)
    for base in ("redis", "rediss")
    for kind in ("", "+sentinel", "+cluster")
} | {"unix": ("unix", "")}

#: Celery's spelling, that of redis-py, and what both mean.
_VERIFY: Final = {
    spelling: word
    for word in ("none", "optional", "required")
    for spelling in (word, f"CERT_{word.upper()}")
}
_FILES: Final = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_TLS_OPTIONS: Final = ("ssl_cert_reqs", "ssl_check_hostname", *_FILES)

#: The login at the sentinels, which have their own users.
_SENTINEL_OPTIONS: Final = ("sentinel_username", "sentinel_password")

_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")
_DATABASE: Final = re.compile(r"[0-9]{1,9}")
_SERVICE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def store_address(value: str) -> StoreAddress:
    """
    Parse the address of one server, of several, of sentinels or of a cluster.

    Raises:
        ValueError: says what to write instead, and repeats nothing of the text.
    """
    try:
        parts = urlsplit(value)
        # A plus is a plus: passwords hold it, and only forms mean a blank by it.
        asked = parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True)
    except ValueError:
        raise ValueError(_SHAPE) from None
    if parts.scheme not in _SCHEMES:
        raise ValueError(_SHAPE)
    base, kind = _SCHEMES[parts.scheme]
    found = dict(asked)
    if "#" in value:
        raise ValueError("must hold no #: write %23 where the password has one")
    if any(letter.isspace() or not letter.isprintable() for letter in value):
        raise ValueError("must hold no blanks and no invisible characters")
    if len(found) != len(asked):
        raise ValueError("must name each option behind ? once")
    _refuse_unknown(found, tls=base == "rediss", sentinel=kind == "+sentinel")
    common: dict[str, Any] = {
        "username": _decoded(parts.username) or None,
        "password": _decoded(parts.password) or None,
    }
    if base == "unix":
        database = _database("", found.get("db"), is_socket=True)
        return StoreAddress(path=_socket_path(parts), db=database, **common)
    service, path = _service(parts.path) if kind == "+sentinel" else ("", parts.path)
    if kind == "+cluster" and _database(path, found.get("db")):
        raise ValueError("must name no database but 0: a cluster has no other")
    return StoreAddress(
        places=tuple(_places(parts, SENTINEL_PORT if service else PORT)),
        db=_database(path, found.get("db")),
        service=service,
        is_cluster=kind == "+cluster",
        sentinel_username=found.get("sentinel_username") or None,
        sentinel_password=found.get("sentinel_password") or None,
        tls=_tls(found) if base == "rediss" else None,
        **common,
    )


_SHAPE: Final = (
    "must be an address such as redis://:password@host:6379/0, rediss://…, unix:///path, "
    "redis+sentinel://… or redis+cluster://…, with %40 for @, %2F for /, %3F for ? and %23 for # "
    "in the password"
)


def _refuse_unknown(found: dict[str, str], *, tls: bool, sentinel: bool) -> None:
    known = {"db", *(_TLS_OPTIONS if tls else ()), *(_SENTINEL_OPTIONS if sentinel else ())}
    # The names are not repeated: a part of a password may have ended up among them.
    for name in found.keys() - known:
        if name in _TLS_OPTIONS:
            raise ValueError(f"must begin with rediss:// to have {name}")
        if name in _SENTINEL_OPTIONS:
            raise ValueError(f"must begin with redis+sentinel:// to have {name}")
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


def _database(path: str, asked: str | None, *, is_socket: bool = False) -> int:
    named = [each for each in (path.removeprefix("/").removesuffix("/"), asked) if each]
    wrong = (
        "must name its database by a number, such as ?db=0"
        if is_socket
        else "must end in the number of its database and nothing else, such as /0"
    )
    if asked == "" or not all(_DATABASE.fullmatch(each) for each in named):
        raise ValueError(wrong)
    numbers = {int(each) for each in named}
    if len(numbers) > 1:
        raise ValueError("must name one database: leave ?db= out and write its number as /0")
    return numbers.pop() if numbers else 0


def _service(path: str) -> tuple[str, str]:
    """Split "/<service>/<database>"."""
    service, slash, database = path.removeprefix("/").partition("/")
    if not _SERVICE.fullmatch(service):
        raise ValueError(
            "must name the service as the sentinels do, such as "
            "redis+sentinel://:password@s1:26379,s2:26379,s3:26379/mymaster/0"
        )
    return service, slash + database


def _places(parts: SplitResult, usual_port: int) -> list[Place]:
    """Read one server, or several with commas between."""
    _, _, servers = parts.netloc.rpartition("@")
    found = [_place(each, usual_port) for each in servers.split(",")]
    if len(set(found)) < len(found):
        raise ValueError("must name each server once")
    return found


def _place(text: str, usual_port: int) -> Place:
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        raise ValueError(_SHAPE) from None
    if port == 0:
        raise ValueError("must have a port from 1 to 65535")
    return _host(parts.hostname or ""), port or usual_port


def _host(host: str) -> str:
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

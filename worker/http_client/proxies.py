"""
Which calls go by a proxy: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, as curl and Go read them.

Loopback addresses never do (Go, net/http: ProxyFromEnvironment).
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from urllib.request import (  # type: ignore[attr-defined] # the stubs lack one
    getproxies_environment,
    proxy_bypass_environment,
)

import httpcore2

from worker.http_client.environment import EnvironmentValueError


@dataclass(frozen=True, slots=True)
class Proxies:
    """
    The environment's proxies at the time of reading.

    Attributes:
        by_scheme: the proxy of http:// and of https:// addresses.
        named: the variables as the standard library reads them.
    """

    by_scheme: dict[str, httpcore2.Proxy] = field(repr=False)
    named: dict[str, str] = field(repr=False)

    @classmethod
    def read(cls) -> "Proxies":
        """
        Read the environment.

        Raises:
            EnvironmentValueError: a proxy's address is none; it names the variable, not its value.
        """
        named = getproxies_environment()
        schemes = [scheme for scheme in ("http", "https") if named.get(scheme)]
        return cls({scheme: _proxy(scheme, named[scheme]) for scheme in schemes}, named)

    def scheme_for(self, scheme: str, host: str, port: int) -> str | None:
        """Return whose proxy a call takes: "http", "https", or None for none."""
        if scheme not in self.by_scheme or _is_loopback(host):
            return None
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return None if proxy_bypass_environment(shown, self.named) else scheme


def _proxy(scheme: str, value: str) -> httpcore2.Proxy:
    wrong = f"{scheme.upper()}_PROXY must be an address like http://proxy.example:3128"
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        raise EnvironmentValueError(wrong) from None
    # SOCKS, and TLS to the proxy itself, are not supported.
    if parts.scheme != "http" or not host or not host.isascii():
        raise EnvironmentValueError(wrong)
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username).encode(), unquote(parts.password or "").encode())
    url = httpcore2.URL(scheme="http", host=host, port=port, target="/")
    return httpcore2.Proxy(url, auth=auth)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

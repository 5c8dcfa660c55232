"""Who may call: ALLOWED_IPS, seen through TRUSTED_PROXY_HOPS proxies."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from settings.parsers import words
from settings.places import Network


Address = IPv4Address | IPv6Address

#: An IPv6 address in brackets with or without a port, and an IPv4 address with one: Azure
#: Application Gateway writes `address:port`, AWS too where xff_client_port is on (rack/rack#1227).
#: An IPv6 address without brackets has no port: it cannot be separated from the last group.
_WITH_PORT: Final = re.compile(
    r"\[(?P<six>[^\[\]]*)\](?::[0-9]{1,5})?|(?P<four>[0-9.]+):[0-9]{1,5}", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRule:
    """Which addresses may call; none named means all."""

    allowed: tuple[Network, ...] = ()
    proxy_hops: int = 0

    def allows(self, peer: str, forwarded_for: str) -> bool:
        """
        Decide about a caller.

        Args:
            peer: address of the connection's other end.
            forwarded_for: the X-Forwarded-For headers, joined by commas; "" if none.
        """
        if not self.allowed:
            return True
        address = as_address(self.caller(peer, forwarded_for))
        if address is None:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any(
            each in network for network in self.allowed for each in (address, mapped) if each
        )

    def advice(self, peer: str, forwarded_for: str) -> str:
        """Return why a caller is refused and what to set, without an address."""
        came = len(words(forwarded_for))
        if came < self.proxy_hops:
            return (
                f"X-Forwarded-For has {came} addresses, fewer than TRUSTED_PROXY_HOPS, "
                "and the connection's own address is not in ALLOWED_IPS"
            )
        if as_address(self.caller(peer, forwarded_for)) is None:
            return "what the outermost trusted proxy added to X-Forwarded-For is not an address"
        if came and not self.proxy_hops:
            return (
                "the caller's address is not in ALLOWED_IPS; behind a load balancer, "
                "set TRUSTED_PROXY_HOPS as well"
            )
        return "the caller's address is not in ALLOWED_IPS"

    def caller(self, peer: str, forwarded_for: str) -> str:
        """
        Return the address that the outermost trusted proxy saw.

        Each trusted proxy has added the address it saw at the right end. What stands further
        left came from outside and can be forged. Fewer addresses than trusted proxies means
        that the request did not come through them: the peer counts, not the header.
        """
        chain = [*words(forwarded_for), peer]
        return chain[-1 - self.proxy_hops] if len(chain) > self.proxy_hops else peer


def as_address(text: str) -> Address | None:
    """
    Read an address as proxies write it: with or without a port, IPv6 with or without brackets.

    Returns:
        None for anything else, such as RFC 7239's `unknown` and names that begin with `_`.
    """
    found = _WITH_PORT.fullmatch(text)
    try:
        if found is None:
            return ip_address(text)
        return IPv4Address(found["four"]) if found["six"] is None else IPv6Address(found["six"])
    except ValueError:
        return None

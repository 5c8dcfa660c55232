"""Who may call: ALLOWED_IPS, seen through TRUSTED_PROXY_HOPS proxies."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from settings.parsers import words


#: Voucherify sends webhooks from these addresses, by region
#: (Voucherify documentation: Introduction to webhooks, IP whitelisting).
VOUCHERIFY_ADDRESSES: Final = {
    "eu1": ("34.247.197.22", "63.32.191.141", "52.215.148.84"),
    "us1": ("100.25.106.67", "18.209.236.215", "34.192.255.99"),
    "as1": ("52.76.98.82", "54.169.8.101", "13.214.87.160"),
}

Network = IPv4Network | IPv6Network


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
        caller = self.caller(peer, forwarded_for)
        try:
            address = ip_address(caller)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self.allowed)

    def caller(self, peer: str, forwarded_for: str) -> str:
        """
        Name the address that the outermost trusted proxy saw.

        Each trusted proxy has added the address it saw at the right end. What stands further
        left came from outside and can be forged. Fewer addresses than trusted proxies means
        that the request did not come through them: the peer counts, not the header.
        """
        chain = [*words(forwarded_for), peer]
        return chain[-1 - self.proxy_hops] if len(chain) > self.proxy_hops else peer


def parse_allowed(value: str) -> tuple[Network, ...]:
    """Take CIDRs, addresses and the names of Voucherify's regions, with commas between."""
    found: list[Network] = []
    for word in words(value):
        for address in VOUCHERIFY_ADDRESSES.get(word, (word,)):
            try:
                found.append(ip_network(address))
            except ValueError:
                raise ValueError(
                    "must hold addresses, networks such as 10.0.0.0/8, or "
                    + ", ".join(VOUCHERIFY_ADDRESSES)
                ) from None
    return tuple(found)

"""Who may call: ALLOWED_IPS, seen through TRUSTED_PROXY_HOPS proxies."""

from dataclasses import dataclass
from ipaddress import ip_address

from settings.parsers import words
from settings.places import Network


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

"""Where to listen, and from where to be called."""

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


def listen_address(value: str) -> str:
    """Parse an IP address, in brackets or without, or `localhost`, which is 127.0.0.1 then."""
    plain = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    if plain.lower() == "localhost":
        return "127.0.0.1"
    try:
        found = ip_address(plain)
    except ValueError:
        found = None
    if found is None or "%" in plain:
        raise ValueError("must be an IP address of this machine, such as 0.0.0.0, :: or 127.0.0.1")
    return str(found)


def optional_listen_address(value: str) -> str:
    """Parse an IP address, or the empty text of an unset variable (default "")."""
    return listen_address(value) if value else ""


def networks(value: str) -> tuple[Network, ...]:
    """Parse networks, addresses and the names of Voucherify's regions, with commas between."""
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

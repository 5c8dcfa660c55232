"""Flower shows and changes what runs, so it never listens to a network without a login."""

import sys
from ipaddress import ip_address

from tornado.options import options


def refuse_open_doors() -> None:
    """
    End Flower with a message if it would listen to a network without a login.

    Options are Flower's own (Flower documentation: Authentication). An empty user or
    password in basic_auth would let everybody in, and is no login.
    """
    pairs = [str(pair).partition(":") for pair in options.basic_auth or ()]
    basic = bool(pairs) and all(user and password for user, _, password in pairs)
    problem = open_door(address=str(options.address or ""), login=basic or bool(options.auth))
    if problem:
        sys.exit(problem)


def open_door(*, address: str, login: bool) -> str | None:
    """
    Return what is wrong with listening on this address; None if nothing is.

    Args:
        address: where Flower listens; empty means everywhere.
        login: whether a login is set up.
    """
    if login or is_loopback(address):
        return None
    return (
        "Flower does not start: it would listen "
        f"{'on ' + address if address else 'on every address'} without a login.\n"
        "  - set FLOWER_BASIC_AUTH to user:password, or Flower's OAuth options\n"
        "  - or set FLOWER_ADDRESS to 127.0.0.1 to listen on this machine only"
    )


def is_loopback(address: str) -> bool:
    """Return whether an address can be reached from this machine only."""
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False

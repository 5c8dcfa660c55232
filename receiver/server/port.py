"""
The port is ours alone: two receivers on one port would each get some of the webhooks.

Granian opens its sockets with SO_REUSEPORT, so that its processes share a port. So does any other
receiver of the same user: it starts without a word, and an old one with an old secret answers a
part of the webhooks 401.
"""

import errno
import socket
import sys
from time import monotonic, sleep
from typing import Final

from receiver.server.listen import ListenSettings


#: Seconds beyond DRAIN_SECONDS that a receiver before this one may need to end.
ENDING_SECONDS: Final = 12

_RETRY_SECONDS: Final = 0.1


class PortTakenError(Exception):
    """The address cannot be listened on; the message says why and what to set."""


def claim(listen: ListenSettings) -> socket.socket | None:
    """
    Claim the port for this process and those it starts, until it ends.

    Waits as long as a receiver that has the port may need to end, and says so.

    Args:
        listen: HOST, PORT and DRAIN_SECONDS.

    Returns:
        A socket to keep open. None where the server itself notices a port that is in use: it
        shares one by SO_REUSEPORT on Linux only.

    Raises:
        PortTakenError: it is in use, or not for us.
    """
    if sys.platform != "linux":
        return None
    patience = listen.drain_seconds + ENDING_SECONDS
    deadline, said = monotonic() + patience, False
    while True:
        try:
            return _bind(listen.host, listen.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or monotonic() >= deadline:
                raise PortTakenError(_why(error, listen)) from error
        if not said:
            said = True
            sys.stderr.write(
                f"PORT {listen.port} is in use: waiting up to {patience} s for a receiver to end\n"
            )
        sleep(_RETRY_SECONDS)


def _bind(host: str, port: int) -> socket.socket:
    kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    own = socket.socket(kind, socket.SOCK_STREAM)
    try:
        # With it, connections that have just ended do not count; those who listen still do.
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind(address)
        # Of several that start at once only one gets so far.
        own.listen(1)
        # From here on, the server's processes may bind it too, and no process that does as above.
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # It stays bound, and no connection comes to it.
        own.shutdown(socket.SHUT_RD)
    except OSError:
        own.close()
        raise
    return own


def _why(error: OSError, listen: ListenSettings) -> str:
    if error.errno == errno.EADDRINUSE:
        advice = "another process listens there: end it, or set another PORT"
    elif error.errno == errno.EACCES:
        advice = "this user may not: set a PORT of 1024 or more"
    else:
        advice = "set HOST to an address of this machine, such as 0.0.0.0 or 127.0.0.1"
    return (
        f"perkhook cannot listen at HOST {listen.host}, PORT {listen.port} ({error.strerror}): "
        f"{advice}"
    )

import os
import random
import socket
from collections import deque
from typing import Final


#: Below those that a system gives to outgoing connections, so that a server which is started
#: again finds its port still free.
_PORTS: Final = range(20_000, 32_000)

#: So many ports that were named last are kept for their servers, which are yet to start: nothing
#: else uses the same numbers in UDP, so a socket there shows a port as taken to this module in
#: every process.
_MOST_KEPT: Final = 100
_kept: Final[deque[int]] = deque()


def free_port(preferred: int = 0) -> int:
    """
    Return a free port on loopback: the preferred one if it is free.

    Raises:
        RuntimeError: a hundred ports in a row are taken.
    """
    for port in (preferred, *random.sample(_PORTS, 100)):
        if port and _is_free(port) and _keep(port):
            return port
    raise RuntimeError("no free port was found")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _keep(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as claim:
        try:
            claim.bind(("127.0.0.1", port))
        except OSError:
            return False
        # Closed with the process, or when it is long in use.
        _kept.append(claim.detach())
    if len(_kept) > _MOST_KEPT:
        os.close(_kept.popleft())
    return True

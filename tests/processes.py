"""Starting and stopping real processes in tests, with what they write kept."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from honcho.environ import parse_procfile


ROOT = Path(__file__).parent.parent

#: Long enough for a busy machine; a test that waits this long has failed.
PATIENCE_SECONDS = 60.0


def procfile_command(name: str) -> str:
    """Return the command that the Procfile starts a process type with."""
    command: str = parse_procfile((ROOT / "Procfile").read_text()).processes[name]
    return command


def wait_until(done: Callable[[], bool], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Ask again and again until it is so; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        # Read before the check: this process may stand still between the two.
        over = time.monotonic() > deadline
        if done():
            return
        assert not over, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.05)


class Process:
    """A command under its own shell and process group, as a platform starts it."""

    def __init__(self, name: str, command: str, environment: dict[str, str], log: Path) -> None:
        self.name = name
        self._log = log
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                ["/bin/sh", "-c", command if command.startswith("exec ") else f"exec {command}"],
                cwd=ROOT,
                env={"PATH": path, "HOME": os.environ.get("HOME", "/"), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process itself, not a shell around it."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._popen.poll()

    def output(self) -> str:
        """Everything it has written."""
        return self._log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        """Wait until it has written this."""
        wait_until(
            lambda: text in self.output() or not self.running, f"{self.name} writes {text!r}"
        )
        assert text in self.output(), f"{self.name} ended:\n{self.output()[-2000:]}"

    def signal(self, number: int) -> None:
        """Send a signal to it and all that it started."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it and all that it started, without asking."""
        if self.running:
            self.signal(signal.SIGKILL)
        self._popen.wait()

    def stop(self, seconds: float = 40.0) -> int:
        """Ask it to end, and give its exit code."""
        if self.running:
            self._popen.send_signal(signal.SIGTERM)
        try:
            return self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

import os
import re
import signal
import time
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx2

from sandbox.demo.ports import free_port
from tests.processes import Process, wait_until


#: Someone's password in Flower, and the one in REDIS_URL.
LOGIN: Final = "ada:sesame-of-flower"
PASSWORD: Final = "sesame-of-the-store"

_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class Dynos:
    """
    An application on Heroku, acted out.

    Args:
        folder: for the log.
        config: the config vars, which every dyno of an application has.
        formation: how many dynos of each type.
        web_port: where its first web dyno listens.
    """

    def __init__(
        self, folder: Path, config: dict[str, str], web_port: int, **formation: int
    ) -> None:
        self.names = [f"{name}.{n + 1}" for name, count in formation.items() for n in range(count)]
        ports = [web_port if name == "web.1" else free_port() for name in self.names]
        self._ports = dict(zip(self.names, ports, strict=True))
        self._config = config
        self._honcho = Process(
            "honcho",
            "python -m tests.acceptance.heroku.formation "
            + " ".join(f"{name}={count}" for name, count in formation.items()),
            {**config, "PYTHONUNBUFFERED": "1", "PORTS": " ".join(map(str, ports))},
            folder / f"dynos-{web_port}-{time.monotonic_ns()}.log",
        )

    def output(self, dyno: str = "") -> str:
        """What one dyno, or all, have written."""
        lines = _COLOUR.sub("", self._honcho.output()).splitlines()
        return "\n".join(line for line in lines if f" {dyno}" in line)

    def wait_until_up(self) -> None:
        """Wait until each answers, or takes jobs."""
        for name in self.names:
            kind = name.partition(".")[0]
            if kind == "worker":
                wait_until(lambda name=name: " ready." in self.output(name), f"{name} is ready")  # type: ignore[misc]
            else:
                path = "/readyz" if kind == "web" else "/healthcheck"
                wait_until(
                    lambda name=name, path=path: self.get(name, path) == 200,  # type: ignore[misc]
                    f"{name} answers",
                )

    def get(self, dyno: str, path: str) -> int:
        """Ask a dyno with Flower's login; 0 is no answer."""
        login = {"Authorization": f"Basic {b64encode(LOGIN.encode()).decode()}"}
        try:
            return httpx2.get(
                f"http://127.0.0.1:{self._ports[dyno]}{path}", headers=login, timeout=20
            ).status_code
        except httpx2.TransportError:
            return 0

    def most_memory(self, dyno: str) -> int:
        """Add up the most that each process of a dyno has had in memory, in bytes."""
        return sum(_most_memory(pid) for pid in _family(self._pid(dyno)))

    def terminate(self) -> None:
        """Send SIGTERM to all processes of all dynos."""
        for name in self.names:
            try:
                os.killpg(self._pid(name), signal.SIGTERM)
            except ProcessLookupError:
                continue

    def wait_until_ended(self) -> dict[str, int]:
        """Return each dyno's exit code; one that had to be killed has -9."""
        wait_until(lambda: not self._honcho.running, "all dynos have ended")
        found = re.findall(r"(\w+\.\d) stopped \(rc=(-?\d+)\)", self.output())
        return {name: int(code) for name, code in found}

    def close(self) -> None:
        """End everything, without asking."""
        for name in self.names:
            if self._honcho.running and re.search(rf"{re.escape(name)} started", self.output()):
                for pid in _family(self._pid(name)):
                    # A child that sees its parent gone may be quicker.
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        self._honcho.kill()

    def _pid(self, dyno: str) -> int:
        found = re.search(rf"{re.escape(dyno)} started \(pid=(\d+)\)", self.output())
        assert found, f"{dyno} was not started"
        return int(found.group(1))


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in _family(int(child)))]


def _most_memory(pid: int) -> int:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:  # it has ended since it was listed
        return 0
    return int(found.group(1)) * 1024 if found else 0

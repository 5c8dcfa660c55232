"""The deployment's load balancer, with nothing in it that would hide what a restart breaks."""

import http.client
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.demo.ports import free_port
from tests.processes import ROOT, wait_until
from tests.programs import need


class Balancer:
    """HAProxy that runs."""

    def __init__(self, port: int, log: Path) -> None:
        self._port = port
        self._log = log

    @property
    def url(self) -> str:
        """Where senders reach it."""
        return f"http://127.0.0.1:{self._port}"

    def wait_until_logged(self, text: str, times: int) -> None:
        """Wait until it has written this so often."""
        wait_until(lambda: self._log.read_text().count(text) >= times, f"HAProxy says {text}")

    def listens(self) -> bool:
        """Return whether it reaches a receiver."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def balancing(ports: list[int], folder: Path) -> Iterator[Balancer]:
    """Run deploy/haproxy.cfg before two receivers, but let it try nothing twice."""
    text = (ROOT / "deploy/haproxy.cfg").read_text()
    for line in ("    retries 2\n", "    option redispatch\n", "    retry-on conn-failure"):
        assert text.count(line) == 1, f"deploy/haproxy.cfg has no {line!r}"
    changed = text.replace("    retries 2\n", "    retries 0\n")
    kept = [
        line
        for line in changed.splitlines(keepends=True)
        if line.split()[:1] != ["retry-on"] and line.split() != ["option", "redispatch"]
    ]
    config, log, port = folder / "haproxy.cfg", folder / "haproxy.log", free_port()
    config.write_text("".join(kept))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [need("haproxy"), "-f", config],
            env={
                "LISTEN": f"127.0.0.1:{port}",
                "RECEIVER_1": f"127.0.0.1:{ports[0]}",
                "RECEIVER_2": f"127.0.0.1:{ports[1]}",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        balancer = Balancer(port, log)
        wait_until(balancer.listens, "HAProxy listens")
        yield balancer
    finally:
        process.kill()
        process.wait()

"""The deployment's load balancers, run by their own programs with their files as they stand."""

import http.client
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.demo.ports import free_port
from tests.acceptance.receiver.kit import (
    DEADLINE,
    PATH,
    Answer,
    Running,
    eventually,
    head,
    read_answer,
    running_web,
    signature,
)
from tests.processes import ROOT
from tests.programs import need


NAMES: Final = ("haproxy", "nginx")

#: What nginx's package keeps outside of a site's own file.
_NGINX: Final = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 2;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {site};
}}
"""


@dataclass(frozen=True, slots=True)
class Balancer:
    """A load balancer that runs."""

    name: str
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where senders reach it."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        """Open a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        caller: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        """Make one request over a connection of its own, from an address of this machine."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=DEADLINE, source_address=(caller, 0)
        )
        try:
            # One that refuses a body may answer before it has all of it.
            with suppress(BrokenPipeError):
                connection.request(method, path, body=body or None, headers=headers)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def send(self, body: bytes, *, caller: str = "127.0.0.1", **headers: str) -> Answer:
        """Send one signed webhook."""
        headers["X-Voucherify-Signature"] = signature(body)
        return self.ask("POST", PATH, body, caller=caller, **headers)

    def send_chunked(self, body: bytes) -> Answer:
        """Send one signed webhook in parts, so that no one knows its length beforehand."""
        with self.connect() as connection:
            connection.sendall(head(body, "Transfer-Encoding: chunked"))
            for start in range(0, len(body), 65_536):
                part = body[start : start + 65_536]
                connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            connection.sendall(b"0\r\n\r\n")
            return read_answer(connection)

    def listens(self) -> bool:
        """Return whether it reaches a receiver."""
        try:
            return self.ask("GET", "/healthz").status == 200
        except OSError:
            return False


@contextmanager
def balancing(name: str, ports: tuple[int, int], folder: Path) -> Iterator[Balancer]:
    """Run a load balancer before two receivers, one of which answers."""
    folder.mkdir()
    port = free_port()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(name, port, ports, folder),
            env=_environment(port, ports),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        balancer = Balancer(name, port, log)
        eventually(balancer.listens, f"{name} listens: {log.read_text()}")
        yield balancer
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE)


@contextmanager
def both(ports: tuple[int, int], folder: Path) -> Iterator[dict[str, Balancer]]:
    """Run each load balancer before the same two receivers."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(balancing(name, ports, folder / name)) for name in NAMES}


@contextmanager
def receivers(folder: Path, redis_url: str, **environ: str) -> Iterator[tuple[Running, Running]]:
    """Run two receivers behind one proxy."""
    usual = {"TRUSTED_PROXY_HOPS": "1", **environ}
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(running_web(folder / f"receiver-{n}", redis_url, **usual))
            for n in (1, 2)
        )
        yield first, second


def nginx_site(port: int, ports: tuple[int, int]) -> str:
    """Fill deploy/nginx.conf in, as envsubst does."""
    text = (ROOT / "deploy/nginx.conf").read_text()
    for variable, value in _environment(port, ports).items():
        text = text.replace(f"${{{variable}}}", value)
    assert not re.search(r"\$\{[A-Z]", text), "deploy/nginx.conf has a variable more"
    return text


def _environment(port: int, ports: tuple[int, int]) -> dict[str, str]:
    first, second = (f"127.0.0.1:{each}" for each in ports)
    return {"LISTEN": f"127.0.0.1:{port}", "RECEIVER_1": first, "RECEIVER_2": second}


def _command(name: str, port: int, ports: tuple[int, int], folder: Path) -> list[str]:
    program = need(name)
    if name == "haproxy":
        return [program, "-f", str(ROOT / "deploy/haproxy.cfg")]
    site, main = folder / "site.conf", folder / "nginx.conf"
    site.write_text(nginx_site(port, ports))
    main.write_text(_NGINX.format(folder=folder, site=site))
    # Its worker processes, which a test's root user would make strangers, write to the folder.
    return [program, "-p", str(folder), "-c", str(main), "-g", "user root;"]

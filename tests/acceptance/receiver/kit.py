"""Processes of the Procfile, started as a host starts them, and ways to talk to them."""

import hmac
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any, Final

from sandbox.demo.ports import free_port
from tests.processes import PATIENCE_SECONDS, wait_until


ROOT: Final = Path(__file__).parents[3]
SECRET: Final = "whsec-made-up-for-tests-01"
PATH: Final = "/webhooks/voucherify"

#: What takes longer than this hangs.
DEADLINE: Final = 30.0


def procfile(name: str) -> str:
    """Read a process's command from the Procfile."""
    found = re.search(rf"^{name}: (.+)$", (ROOT / "Procfile").read_text(), re.MULTILINE)
    assert found, f"the Procfile has no {name}"
    return found.group(1)


def eventually(
    condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS
) -> None:
    """Wait until something is so."""
    wait_until(lambda: bool(condition()), what, seconds=seconds)


def signature(body: bytes) -> str:
    """Sign a body as Voucherify does."""
    return hmac.new(SECRET.encode(), body, "sha256").hexdigest()


def head(body: bytes, *lines: str, length: int | None = None) -> bytes:
    """Write the head of a signed POST."""
    framing = [] if any("chunked" in line for line in lines) else [
        f"Content-Length: {len(body) if length is None else length}"
    ]  # fmt: skip
    first = [f"POST {PATH} HTTP/1.1", "Host: perks.example.test"]
    signed = [f"X-Voucherify-Signature: {signature(body)}"]
    return "\r\n".join([*first, *signed, *framing, *lines, "", ""]).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how long."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float = 0.0

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def read_answer(connection: socket.socket) -> Answer:
    """Read one answer from a connection and leave the connection open."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    answer = Answer(response.status, headers, response.read())
    response.close()
    return answer


@dataclass(slots=True)
class Pace:
    """The seconds that the slowest check took."""

    slowest: float = 0.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process of the Procfile that runs."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def output(self) -> str:
        """All that it has written."""
        return self.log.read_text()

    def connect(self) -> socket.socket:
        """Open a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Make one request over a connection of its own."""
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        # Closed whatever happens: a refused request's socket is an error when it is collected.
        with closing(connection):
            # One that refuses a body may answer before it has all of it.
            with suppress(BrokenPipeError):
                connection.request(method, path, body=body or None, headers=headers)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read(), time.monotonic() - start)

    def send(self, body: bytes) -> Answer:
        """Send one signed webhook."""
        return self.ask("POST", PATH, body, **{"X-Voucherify-Signature": signature(body)})

    def send_at_once(self, count: int, mark: str) -> list[Answer]:
        """Send many different webhooks at the same time; see `send_all`."""
        return self.send_all([f'{{"{mark}":{n}}}'.encode() for n in range(count)])

    def send_all(self, bodies: list[bytes]) -> list[Answer]:
        """Send webhooks at the same time; the seconds are those that no slow machine explains."""
        with ThreadPoolExecutor(len(bodies)) as pool, self.measuring_pace() as pace:
            answers = list(pool.map(self.send, bodies))
        return [
            replace(answer, seconds=max(answer.seconds - pace.slowest, 0.0)) for answer in answers
        ]

    @contextmanager
    def measuring_pace(self) -> Iterator["Pace"]:
        """
        Measure how long what asks no one takes meanwhile, one check after the other.

        A machine that stands still, or has too much to do, is seen in it; a store is not.
        """
        pace, over = Pace(), Event()

        def watch() -> None:
            while not over.is_set():
                began = time.monotonic()
                assert self.ask("GET", "/healthz").status == 200
                over.wait(0.02)
                pace.slowest = max(pace.slowest, time.monotonic() - began)

        with ThreadPoolExecutor(1) as pool:
            polling = pool.submit(watch)
            try:
                yield pace
            finally:
                over.set()
                polling.result()

    def take_all(self, bodies: list[bytes]) -> list[Answer]:
        """
        Send webhooks at once, and again while the store is too slow for them, as senders do.

        A disk or a store that stands still for two seconds is reported by a 503, and rightly.
        """
        taken: dict[bytes, Answer] = {}

        def all_taken() -> bool:
            left = [body for body in bodies if body not in taken]
            for body, answer in zip(left, self.send_all(left), strict=True):
                if answer.status == 202:
                    taken[body] = answer
                else:
                    code = answer.json["error"]["code"]
                    assert code in {"inbox_not_durable", "inbox_timeout"}, code
            return len(taken) == len(bodies)

        eventually(all_taken, "all are taken")
        return [taken[body] for body in bodies]

    def stop(self) -> int:
        """Ask it to end, as a host does, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)


@contextmanager
def running(name: str, log: Path, **environ: str) -> Iterator[Running]:
    """Start a process of the Procfile; it has ended when this ends."""
    port = int(environ.pop("PORT", 0)) or free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            # The shell gives its place to the command, so a signal reaches the command.
            ["sh", "-c", "exec " + procfile(name).removeprefix("exec ")],
            cwd=ROOT,
            env={
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "PORT": str(port),
                **environ,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(process, port, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(DEADLINE)


@contextmanager
def running_web(log: Path, redis_url: str, **environ: str) -> Iterator[Running]:
    """Start a receiver and wait until it answers."""
    required = {
        "HOST": "127.0.0.1",
        "VOUCHERIFY_WEBHOOK_SECRETS": SECRET,
        "REDIS_URL": redis_url,
        "DRAIN_SECONDS": "0",
    }
    with running("web", log, **(required | environ)) as web:
        eventually(lambda: answers(web, "/healthz"), "the receiver answers")
        yield web


def answers(process: Running, path: str) -> bool:
    """Return whether a process answers yet; fails if it has ended."""
    assert process.process.poll() is None, process.output
    try:
        return process.ask("GET", path).status > 0
    except OSError:
        return False

"""Where measurements are made: stores, servers, workers, the downstream and the sender."""

import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from bench.load import Order, Result
from bench.processes import ROOT, Process, answers, processor_seconds
from bench.sides import Side
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from sandbox.demo.valkey import embedded_valkey


#: Each order of a run has bodies of its own, and each process its log.
_seeds = count(1)
_logs = count(1)


class Store:
    """A Valkey with an append-only file."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = connect(url, max_connections=4, answer_timeout=60)
        # A rewrite of the append-only file would begin at some time in one side's round.
        self.client.config_set("auto-aof-rewrite-percentage", 0)
        self.pid = int(self.client.info("server")["process_id"])

    def used_memory(self) -> int:
        """Return the bytes that its data takes."""
        return int(self.client.info("memory")["used_memory"])


@dataclass(frozen=True, slots=True)
class Web:
    """A side's server with its store."""

    side: Side
    store: Store
    process: Process
    port: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What a round of sending came to, per request; times in µs."""

    rate: float
    receiver: float
    store: float
    p50: float
    p99: float


class Downstream:
    """The service that handlers call; paths begin with the name of who calls."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    def wait(self, ms: int) -> None:
        """Let each call take so long."""
        self._ask(urllib.request.Request(f"{self.url}/wait/{ms}", method="PUT"))

    def calls(self, name: str) -> int:
        """Return how many events of one caller have had both their calls."""
        counts = Counter(self._ask(urllib.request.Request(f"{self.url}/"))["counts"])
        return min(counts[f"/{name}/perks"], counts[f"/{name}/crm"])

    def most(self) -> int:
        """Return the most calls at once since `wait`."""
        return int(self._ask(urllib.request.Request(f"{self.url}/"))["most"])

    def _ask(self, request: urllib.request.Request) -> Any:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


class Lab(ExitStack):
    """Starts what a measurement needs; all of it ends with it."""

    def store(self) -> Store:
        """Start an empty store."""
        store = Store(self.enter_context(embedded_valkey()))
        self.callback(store.client.close)
        return store

    def web(self, side: Side, store: Store) -> Web:
        """Start a side's server and wait until it is ready."""
        port = free_port()
        environment = side.environment(store.url, None) | {"PORT": str(port)}
        process = self._start(f"{_slug(side)}-web", side.web, environment, side)
        process.wait_until(lambda _: answers(f"http://127.0.0.1:{port}/readyz"))
        return Web(side, store, process, port)

    def worker(self, side: Side, store: Store, downstream: str | None = None) -> Process:
        """Start a side's worker and wait until it takes jobs."""
        environment = side.environment(store.url, downstream)
        process = self._start(f"{_slug(side)}-worker", side.worker, environment, side)
        process.wait_until(lambda written: side.ready in written)
        return process

    def downstream(self) -> Downstream:
        """Start the service that handlers call."""
        port = free_port()
        process = Process("downstream", f"python -m bench.downstream {port}", {})
        self.callback(process.kill)
        process.wait_until(lambda _: answers(f"http://127.0.0.1:{port}/"))
        return Downstream(process, port)

    def _start(self, name: str, command: str, environment: dict[str, str], side: Side) -> Process:
        environment |= {"PYTHONUNBUFFERED": "1"}
        process = Process(f"{name}-{next(_logs)}", command, environment, side.folder)
        self.callback(process.kill)
        return process


def send(web: Web, requests: int, **options: Any) -> Sent:
    """Send webhooks to a server, and count what that costs it and its store."""
    order = Order(port=web.port, requests=requests, seed=next(_seeds), **options)
    sender = subprocess.Popen(
        [sys.executable, "-m", "bench.load", json.dumps(asdict(order))],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        sender.stdout.readline()
        receiver, store = _used(web)
        sender.stdin.write("go\n")
        sender.stdin.flush()
        written = sender.stdout.readline()
        receiver_after, store_after = _used(web)
    if not written:
        raise RuntimeError(f"{web.side.name} did not answer as it should")
    result = Result(**json.loads(written))
    return Sent(
        rate=requests / result.seconds,
        receiver=(receiver_after - receiver) / requests * 1e6,
        store=(store_after - store) / requests * 1e6,
        p50=result.p50,
        p99=result.p99,
    )


def _used(web: Web) -> tuple[float, float]:
    return processor_seconds(web.process.pid), processor_seconds(web.store.pid)


def wait_for(done: Any, what: str, seconds: float = 120) -> float:
    """Wait until it is so; give when."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.02)
    return time.monotonic()


def _slug(side: Side) -> str:
    return side.name.lower().replace(" + ", "-")

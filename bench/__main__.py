"""`python -m bench`: what accepting a webhook costs the receiver, in processor time."""

import hmac
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from honcho.environ import parse_procfile

from sandbox.ports import free_port
from sandbox.valkey import embedded_valkey


ROOT = Path(__file__).parent.parent
SECRET = "insecure-secret-of-the-bench"
ROUNDS = 5
REQUESTS = 2_000
CONNECTIONS = 8

Signer = Callable[[bytes], str]


def main() -> None:
    """Start the receiver, load it in turns, print medians."""
    with embedded_valkey() as redis:
        port = free_port()
        server = start_receiver(redis, port)
        try:
            numbers = count()
            load(port, [body(next(numbers)) for _ in range(500)], sign)
            figures: dict[str, list[tuple[float, float]]] = {"accept": [], "verify only": []}
            for _ in range(ROUNDS):
                for name, signer in (("accept", sign), ("verify only", lambda _: "0" * 64)):
                    bodies = [body(next(numbers)) for _ in range(REQUESTS)]
                    figures[name].append(measure(server.pid, port, bodies, signer))
        finally:
            server.terminate()
            server.wait()
    print(f"{REQUESTS} webhooks of {len(body(0))} bytes a round, {ROUNDS} rounds, medians")
    for name, rounds in figures.items():
        rate = statistics.median(rate for rate, _ in rounds)
        cost = statistics.median(cost for _, cost in rounds)
        print(f"{name:12} {rate:8.0f} answers/s {cost:8.0f} µs of receiver processor time each")


def start_receiver(redis: str, port: int) -> "subprocess.Popen[bytes]":
    """Start the Procfile's web process and wait until it is ready."""
    command = parse_procfile((ROOT / "Procfile").read_text()).processes["web"]
    server = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "REDIS_URL": redis,
            "DRAIN_SECONDS": "0",
            "VOUCHERIFY_WEBHOOK_SECRETS": SECRET,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise RuntimeError("the receiver did not become ready in 30 s")


def body(number: int) -> bytes:
    """Make a body of the usual size that compresses as the usual body does."""
    document = {
        "id": f"whs_{number:018x}",
        "type": "customer.holder.assignment.deleted",
        "event": {"id": f"evcus_{number:018x}", "type": "customer.holder.assignment.deleted"},
        "data": {
            f"field_{index}": f"{hash((number, index)) & 0xFFFFFFFF:x}" for index in range(90)
        },
    }
    return json.dumps(document, separators=(",", ":")).encode()


def sign(content: bytes) -> str:
    """Sign as Voucherify does."""
    return hmac.digest(SECRET.encode(), content, "sha256").hex()


def measure(pid: int, port: int, bodies: list[bytes], signer: Signer) -> tuple[float, float]:
    """Give answers a second, and receiver processor time each in µs."""
    before, started = processor_seconds(pid), time.monotonic()
    load(port, bodies, signer)
    seconds, used = time.monotonic() - started, processor_seconds(pid) - before
    return len(bodies) / seconds, used / len(bodies) * 1e6


def load(port: int, bodies: list[bytes], signer: Signer) -> None:
    """Send all bodies over a few kept connections."""

    def send(share: list[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for content in share:
            headers = {"X-Voucherify-Signature": signer(content)}
            connection.request("POST", "/webhooks/voucherify", content, headers)
            connection.getresponse().read()
        connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, [bodies[start::CONNECTIONS] for start in range(CONNECTIONS)]))


def processor_seconds(pid: int) -> float:
    """Add up the processor time of a process and of those it started."""
    pids = [pid, *(int(word) for word in _children(pid))]
    ticks = 0
    for each in pids:
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[str]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [word for task in tasks for word in task.read_text().split()]


main()

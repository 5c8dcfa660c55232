"""A Valkey with append-only persistence that a test may kill, freeze, cut off and start again."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from redis import Redis, RedisError

from inbox.store.client import StoreClient
from sandbox.demo.ports import free_port
from tests import engine
from tests.processes import wait_until


class Store:
    """
    One server; its port and its files stay when it is started again.

    Args:
        folder: where its files go.
        appendfsync: when it makes sure that what it wrote is on the disk.
        preload: the library of `power_loss.c`, for `lose_power`.
        options: other settings of the server.
    """

    def __init__(
        self,
        folder: Path,
        *,
        appendfsync: str = "everysec",
        preload: Path | None = None,
        **options: str,
    ) -> None:
        self.port = free_port()
        self._folder = folder / f"valkey-{self.port}"
        self._folder.mkdir(parents=True)
        self._orders = self._folder / "orders"
        self._preload = (
            {"LD_PRELOAD": str(preload), "POWER_LOSS_ORDERS": str(self._orders)} if preload else {}
        )
        self._options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self._folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": appendfsync,
            "maxmemory-policy": "noeviction",
            **options,
        }
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def connection_url(self) -> str:
        """The address, without a database."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._server is not None
        return self._server.pid

    def start(self) -> None:
        """Start it and wait until it has loaded its data."""
        words = [word for name, value in self._options.items() for word in (f"--{name}", value)]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [str(engine.path()), *words],
                env=os.environ | self._preload,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._answers, "the store answers")

    def kill(self) -> None:
        """Kill it: what it had not written to a file is gone."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    def lose_power(self) -> None:
        """Kill it, and what was not yet surely on the disk is gone too; needs `preload`."""
        self.kill()
        notes = self._notes()
        assert notes, "the store has never made sure that anything is on its disk"
        for note in notes:
            os.truncate(note.with_suffix(""), int(note.read_text()))

    def on_disk(self) -> bytes:
        """Read what a loss of power would leave of the append-only files; needs `preload`."""
        # A base file is synced before it gets its name.
        bases = [path.read_bytes() for path in self._folder.rglob("*.base.rdb")]
        cut = [note.with_suffix("").read_bytes()[: int(note.read_text())] for note in self._notes()]
        return b"".join(bases + cut)

    def _notes(self) -> list[Path]:
        # A rewrite removes a file and not its note.
        notes = self._folder.rglob("*.incr.aof.synced")
        return [note for note in notes if note.with_suffix("").exists()]

    def slow_disk(self, milliseconds: int) -> None:
        """Let each sync of the append-only file take this long, or fail below 0."""
        order = self._orders.with_suffix(".new")
        order.write_text(str(milliseconds))
        order.replace(self._orders)

    def freeze(self) -> None:
        """Stop it without closing its connections."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it continue."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it, whatever state it is in."""
        if self._server is not None and self._server.poll() is None:
            self.kill()

    def follow(self, port: int) -> None:
        """Become a replica of the store at a port, and wait until it has all that that one has."""
        with self.client() as client:
            client.replicaof("127.0.0.1", str(port))
            wait_until(
                lambda: client.info("replication").get("master_link_status") == "up",
                "the replica is in step",
            )

    def lead(self) -> None:
        """Become a primary."""
        with self.client() as client:
            client.replicaof("NO", "ONE")

    def client(self) -> "Redis[Any] | StoreClient":  # type: ignore[type-arg]
        """Connect to it; the caller closes."""
        return Redis(port=self.port, socket_timeout=30)

    def _signal(self, number: int) -> None:
        assert self._server is not None
        os.kill(self._server.pid, number)

    def _answers(self) -> bool:
        assert self._server is not None
        assert self._server.poll() is None, (self._folder / "log").read_text()[-1000:]
        try:
            with Redis(port=self.port, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            time.sleep(0.02)
            return False

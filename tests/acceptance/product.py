"""The whole product as processes, against the stand-ins, for tests from outside."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import httpx2
from click.testing import CliRunner

from inbox.admin.queries import Admin
from inbox.cli.commands import commands
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from sandbox.settings import DEMO
from tests.processes import Process, procfile_command, wait_until


SECRET = DEMO["SANDBOX_WEBHOOK_SECRET"]

#: What stands for a secret in these tests; none may be written anywhere.
SECRETS = (
    SECRET,
    DEMO["SANDBOX_APP_TOKEN"],
    DEMO["SANDBOX_CRM_SECRET"],
    DEMO["SANDBOX_SHOP_SECRET"],
)


def sign(body: bytes) -> str:
    """Compute a webhook's signature as Voucherify documents it."""
    return hmac.digest(SECRET.encode(), body, "sha256").hex()


class HasAddress(Protocol):
    """A store, as far as the product's processes are concerned."""

    @property
    def connection_url(self) -> str:
        """The address, without a database."""


@dataclass
class Product:
    """Valkey, stand-ins, receiver and workers."""

    folder: Path
    valkey: HasAddress
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.redis_url = f"{self.valkey.connection_url}/0"
        self.receiver_url = f"http://127.0.0.1:{free_port()}"
        self.sandbox_url = f"http://127.0.0.1:{free_port()}"
        self.http = httpx2.Client(timeout=30, limits=httpx2.Limits(max_connections=100))

    def start(self, *names: str) -> None:
        """Start these, side by side, and wait until all are ready."""
        waits: list[Callable[[], None]] = [getattr(self, f"_start_{name}")() for name in names]
        for wait in waits:
            wait()

    def close(self) -> None:
        """Stop everything."""
        self.http.close()
        for process in self.processes:
            process.kill()

    def process(self, name: str) -> Process:
        """Return the newest process of that name."""
        return next(each for each in reversed(self.processes) if each.name == name)

    def send(self, body: bytes) -> httpx2.Response:
        """Send a signed webhook."""
        return self.http.post(
            f"{self.receiver_url}/webhooks/voucherify",
            content=body,
            headers={"X-Voucherify-Signature": sign(body), "Content-Type": "application/json"},
        )

    def scenario(self, **wishes: Any) -> dict[str, Any]:
        """Seed customers, cards and assignments in the stand-in."""
        played: dict[str, Any] = self._sandbox("POST", "scenario", wishes)
        return played

    def unassign(self, *holders: str) -> None:
        """Unassign customers; the stand-in sends the webhooks."""
        self._sandbox("POST", "unassign", {"holders": list(holders)})

    def faults(self, **components: Any) -> None:
        """Make the stand-ins fail."""
        self._sandbox("PUT", "faults", components)

    def state(self, part: str) -> Any:
        """Read one part of the stand-ins' state."""
        answer = self.http.get(f"{self.sandbox_url}/sandbox/state", params={"part": part})
        return answer.json()[part]

    def inbox(self, *arguments: str) -> Any:
        """Read the JSON of the operator's command line, in this process, which is quicker."""
        ran = CliRunner().invoke(commands, ["--json", *arguments], obj=self._inbox_environment())
        assert ran.exit_code == 0, (ran.output, ran.exception)
        return json.loads(ran.stdout)

    def inbox_process(self, *arguments: str) -> Any:
        """Read the JSON of the operator's command line, run as an operator runs it."""
        command = Process(
            "inbox",
            f"python -m inbox --json {' '.join(arguments)}",
            self._environment(),
            self.folder / f"inbox-{len(self.processes)}.log",
        )
        self.processes.append(command)
        wait_until(lambda: not command.running, "the command line answers")
        return json.loads(command.output())

    def command(self, *arguments: str) -> Process:
        """Begin a command of support's, `python -m worker …`, with the worker's environment."""
        command = f"python -m worker {' '.join(arguments)}"
        return self._launch("command", command, **self._worker_environment())

    def wait_until_settled(self) -> None:
        """Wait until each webhook of the stand-in has arrived, and every job has its end."""
        if any(each.name == "sandbox" for each in self.processes):
            wait_until(self._has_arrived, "every webhook has arrived")
        self.wait_until_worked_off()

    def wait_until_worked_off(self) -> None:
        """Wait until no job is queued, running or waiting."""

        def completed() -> bool:
            with connect(self.redis_url, max_connections=1, answer_timeout=10) as client:
                stats = Admin(client, dedupe_window_seconds=3600).stats()
            return not (sum(each.jobs for each in stats.queues) + stats.running + stats.waiting)

        wait_until(completed, "every job is completed")

    def logs(self) -> str:
        """Everything that the product's processes have written."""
        return "\n".join(process.output() for process in self.processes if process.name in _PRODUCT)

    def lines(self) -> list[dict[str, Any]]:
        """The lines that are JSON among them."""
        return [json.loads(line) for line in self.logs().splitlines() if line.startswith("{")]

    def _has_arrived(self) -> bool:
        return all(each["state"] != "waiting" for each in self.state("sendouts"))

    def _inbox_environment(self) -> dict[str, str]:
        return self._environment()

    def _environment(self) -> dict[str, str]:
        return {"REDIS_URL": self.redis_url, "PYTHONUNBUFFERED": "1", **self.settings}

    def _launch(self, name: str, command: str, **environment: str) -> Process:
        log = self.folder / f"{name}-{len(self.processes)}.log"
        process = Process(name, command, self._environment() | environment, log)
        self.processes.append(process)
        return process

    def _start_sandbox(self) -> Callable[[], None]:
        sandbox = self._launch(
            "sandbox",
            f"python -m sandbox.serve --port {_port(self.sandbox_url)}",
            SANDBOX_WEBHOOK_URL=f"{self.receiver_url}/webhooks/voucherify",
        )

        def wait() -> None:
            sandbox.wait_for("sandbox ready")
            self._sandbox("POST", "reset", {})

        return wait

    def _start_web(self) -> Callable[[], None]:
        self._launch(
            "web",
            procfile_command("web"),
            HOST="127.0.0.1",
            PORT=_port(self.receiver_url),
            VOUCHERIFY_WEBHOOK_SECRETS=SECRET,
            **{"DRAIN_SECONDS": "0"} | self.settings,
        )

        def ready() -> bool:
            try:
                return self.http.get(f"{self.receiver_url}/readyz").is_success
            except httpx2.TransportError:
                return False

        return partial(wait_until, ready, "the receiver is ready")

    def _start_worker(self) -> Callable[[], None]:
        environment = self._worker_environment()
        worker = self._launch("worker", procfile_command("worker"), **environment)
        return partial(worker.wait_for, "ready.")

    def _worker_environment(self) -> dict[str, str]:
        return {
            "RECLAIM_INTERVAL_SECONDS": "1",
            "JOB_LEASE_SECONDS": "20",
            "IN_FLIGHT_SECONDS": "20",
            # The samples are of a day long past.
            "MAX_EVENT_AGE_SECONDS": "0",
            "RETRY_SCHEDULE_SECONDS": "1,1,1,1,1,1,1,1",
            "PERKS_BACKEND": "voucherify",
            "VOUCHERIFY_API_URL": self.sandbox_url,
            # The stand-in has no limit unless a test sets one.
            "VOUCHERIFY_RATE_LIMIT": "1000000/minute",
            "VOUCHERIFY_APP_ID": DEMO["SANDBOX_APP_ID"],
            "VOUCHERIFY_APP_TOKEN": DEMO["SANDBOX_APP_TOKEN"],
            "PERKS_HTTP_URL": f"{self.sandbox_url}/shop/perks",
            "PERKS_HTTP_SECRET": DEMO["SANDBOX_SHOP_SECRET"],
            "CRM_BACKEND": "http",
            "CRM_HTTP_URL": f"{self.sandbox_url}/crm/events",
            "CRM_HTTP_SECRET": DEMO["SANDBOX_CRM_SECRET"],
        } | self.settings

    def _start_flower(self) -> Callable[[], None]:
        port = free_port()
        self.flower_url = f"http://127.0.0.1:{port}"
        self._launch(
            "flower", procfile_command("flower"), PORT=str(port), FLOWER_ADDRESS="127.0.0.1"
        )

        def ready() -> bool:
            try:
                metrics = self.http.get(f"{self.flower_url}/metrics").text
            except httpx2.TransportError:
                return False
            # From here on it hears the workers' events.
            return "flower_worker_online{" in metrics

        return partial(wait_until, ready, "Flower has heard of the worker")

    def _sandbox(self, method: str, path: str, document: dict[str, Any]) -> Any:
        answer = self.http.request(method, f"{self.sandbox_url}/sandbox/{path}", json=document)
        answer.raise_for_status()
        return answer.json()


_PRODUCT = ("web", "worker", "flower")


def _port(url: str) -> str:
    return url.rsplit(":", 1)[1]

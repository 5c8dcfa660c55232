"""A worker as the Procfile starts it, on a store of its own, and what is seen of it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from celery import Celery
from honcho.environ import parse_procfile

from inbox.admin.job_views import JobView
from inbox.admin.queries import Admin
from inbox.intake import Intake
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import TRANSPORT, connect, plain, store_settings
from tests.integration.worker.shop import Shop
from tests.processes import PATIENCE_SECONDS
from tests.stores import running_store


T = TypeVar("T")
ROOT = Path(__file__).parents[3]


def until(ask: Callable[[], T], *, seconds: float = 30) -> T:
    """Check again and again until there is something, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.02)
    return found


def environment(redis_url: str, shop: Shop, **more: str) -> dict[str, str]:
    """Give a worker the stand-ins for everything outside, and short waits."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **store_settings(redis_url),
        "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
        "RECLAIM_INTERVAL_SECONDS": "1",
        "RETRY_SCHEDULE_SECONDS": "1,1,1,1",
        "WORKER_CONCURRENCY": "8",
        # The samples are of a day long past.
        "MAX_EVENT_AGE_SECONDS": "0",
        "PERKS_BACKEND": "voucherify",
        "VOUCHERIFY_API_URL": shop.url,
        # Tests share a worker, so what one calls must not be missing from the next one's minute.
        "VOUCHERIFY_RATE_LIMIT": "1000000/minute",
        "VOUCHERIFY_APP_ID": shop.settings.app_id,
        "VOUCHERIFY_APP_TOKEN": shop.settings.app_token,
        "CRM_BACKEND": "http",
        "CRM_HTTP_URL": f"{shop.url}/crm/events",
        "CRM_HTTP_SECRET": shop.settings.crm_secret,
        **more,
    }


@dataclass
class Worker:
    """A worker process and what it wrote."""

    process: "subprocess.Popen[bytes]"
    output: Path

    @property
    def text(self) -> str:
        """All that it wrote."""
        return self.output.read_text(errors="replace")

    def logs(self, event: str) -> list[dict[str, Any]]:
        """List its lines about an event."""
        # The last one may be but half written.
        whole = self.text.rpartition("\n")[0]
        lines = [line for line in whole.splitlines() if line.startswith("{")]
        return [found for line in lines if (found := json.loads(line))["event"] == event]

    def is_ready(self) -> bool:
        """Whether it takes jobs."""
        assert self.process.poll() is None, self.text
        return " ready." in self.text

    def ended(self, *, seconds: float) -> int:
        """Wait for its end; return the exit code."""
        return self.process.wait(timeout=seconds)


@contextmanager
def working(environ: dict[str, str], output: Path) -> Iterator[Worker]:
    """Run the Procfile's worker."""
    command = parse_procfile((ROOT / "Procfile").read_text()).processes["worker"]
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command.removeprefix('exec ')}"],
            cwd=ROOT,
            env=environ,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Worker(process, output)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


@dataclass
class Station:
    """A worker, its inbox, and the Celery events it sends."""

    worker: Worker
    shop: Shop
    redis_url: str
    intake: Intake
    desk: Admin
    events: list[dict[str, Any]] = field(default_factory=list)

    def job(self, job: str) -> JobView | None:
        """Read a job that is pending."""
        return self.desk.job(job)

    def in_state(self, job: str, state: str, *, seconds: float = 30) -> JobView:
        """Wait until a job is in a state."""

        def ask() -> JobView | None:
            found = self.desk.job(job)
            return found if found and found.state == state else None

        return until_some(ask, seconds=seconds)

    def outcome(self, delivery: str, name: str, *, seconds: float = 30) -> str:
        """Wait until a job has ended; return how."""

        def ask() -> str | None:
            found = self.desk.delivery(delivery)
            return found.ended.get(name) if found else None

        return until_some(ask, seconds=seconds)

    def is_quiet(self) -> bool:
        """Whether nothing runs, nor will within a minute."""
        stats = self.desk.stats()
        if stats.running or any(queue.jobs for queue in stats.queues):
            return False
        soon = datetime.now(UTC) + timedelta(minutes=1)
        return stats.next_try is None or stats.next_try > soon

    def states(self, job: str) -> list[str]:
        """List the Celery events that ended runs of a job."""
        return [
            each["type"]
            for each in list(self.events)
            if each.get("uuid", "").startswith(job + ":")
            and each["type"] in {"task-retried", "task-failed", "task-succeeded"}
        ]

    def command(self, *words: str) -> "subprocess.CompletedProcess[bytes]":
        """Run `python -m inbox` as an operator does."""
        return subprocess.run(
            [sys.executable, "-m", "inbox", *words],
            check=False,
            capture_output=True,
            cwd=ROOT,
            env={**store_settings(self.redis_url), "LOGNAME": "ops"},
            timeout=30,
        )


def until_some(ask: Callable[[], T | None], *, seconds: float) -> T:
    """Wait for what is not None; an empty text is something."""
    (found,) = until(lambda: [it] if (it := ask()) is not None else [], seconds=seconds)
    return found


@contextmanager
def station(shop: Shop, folder: Path, **more: str) -> Iterator[Station]:
    """Run a worker on a store of its own and listen to its events."""
    with (
        running_store() as url,
        closing(connect(url, max_connections=4, answer_timeout=10)) as client,
        listening(url) as events,
        working(environment(url, shop, **more), folder / "worker.log") as worker,
    ):
        desk = Admin(client, dedupe_window_seconds=WINDOW_SECONDS)
        until(worker.is_ready, seconds=PATIENCE_SECONDS)
        yield Station(worker, shop, url, Intake(client), desk, events)


@contextmanager
def listening(redis_url: str) -> Iterator[list[dict[str, Any]]]:
    """Keep all events that workers send."""
    app = Celery(broker=plain(redis_url), set_as_current=False, changes=TRANSPORT)
    events: list[dict[str, Any]] = []
    with app.connection() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": events.append})

        # Without a time limit it stays subscribed, as Flower does, and misses nothing between two
        # captures.
        thread = threading.Thread(
            target=receiver.capture, kwargs={"limit": None, "timeout": None, "wakeup": False}
        )
        thread.start()
        try:
            yield events
        finally:
            receiver.should_stop = True
            thread.join()
    app.close()

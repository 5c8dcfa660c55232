"""Flower with its Failed tab, on a store with failed jobs, for tests from outside."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inbox.admin.queries import Admin
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.store.client import StoreClient
from tests.acceptance.receiver.kit import Answer, Running, answers, eventually, running
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS, store_settings
from tests.integration.inbox.house import House
from tests.integration.inbox.many import fail_many
from tests.processes import wait_until


LOGIN = "ada:sesame"
BASIC = {"Authorization": "Basic " + b64encode(LOGIN.encode()).decode()}
JSON = {"Content-Type": "application/json"}


PAGES = ("/failed", "/failed/history", "/failed/job/{job}")
READS = (
    "/failed/api/me",
    "/failed/api/counts",
    "/failed/api/jobs",
    "/failed/api/record",
    "/failed/api/job/{job}",
    "/failed/api/batch/0123456789abcdef",
)
WRITES = (
    "/failed/api/preview",
    "/failed/api/decide",
    "/failed/api/batch/0123456789abcdef/stop",
)
ALL = {"action": "retry", "filter": {}}


@dataclass(frozen=True, slots=True)
class Tab:
    """The tab, asked as a program asks that has logged in."""

    flower: Running

    def get(self, path: str, **headers: str) -> Answer:
        """Read."""
        return self.flower.ask("GET", path, b"", **(BASIC | headers))

    def post(self, path: str, sent: Any, **headers: str) -> Answer:
        """Send JSON."""
        return self.flower.ask("POST", path, json.dumps(sent).encode(), **(BASIC | JSON | headers))

    def decide(self, action: str = "retry", **chosen: Any) -> str:
        """Begin a batch."""
        answer = self.post("/failed/api/decide", {"action": action, **chosen})
        assert answer.status == 202, answer.body
        batch: str = answer.json["batch"]
        return batch

    def ended(self, batch: str) -> dict[str, Any]:
        """Wait until a batch has ended, and give its end."""

        def poll() -> dict[str, Any]:
            found: dict[str, Any] = self.get(f"/failed/api/batch/{batch}").json
            return found

        wait_until(lambda: poll()["state"] != "running", "the batch ends")
        return poll()


@contextmanager
def running_tab(log: Path, redis_url: str, **environ: str) -> Iterator[Tab]:
    """Start Flower with a login."""
    given = {**store_settings(redis_url), "FLOWER_BASIC_AUTH": LOGIN} | environ
    with running("flower", log, **{name: word for name, word in given.items() if word}) as flower:
        eventually(lambda: answers(flower, "/healthcheck"), "Flower answers", 40)
        yield Tab(flower)


def make_house(store: StoreClient) -> House:
    """The faces of a store."""
    jobs = Jobs(
        store,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=WINDOW_SECONDS,
        removal_memory_seconds=WINDOW_SECONDS,
    )
    return House(store, Intake(store), jobs, Admin(store, dedupe_window_seconds=WINDOW_SECONDS))


def house_with_failed(store: StoreClient) -> House:
    """Return the faces of a store of whose jobs some have failed."""
    house = make_house(store)
    fail_many(house, 5)
    house.tick()
    return house


def failed_count(house: House) -> int:
    """Count failed jobs in the store itself."""
    return int(house.store.zcard(KEYS.failed))

"""The product's processes around a store of their own, for tests that break things."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx2

from inbox.admin.queries import Admin
from inbox.admin.views import Stats
from inbox.store.client import StoreClient
from inbox.store.connection import connect
from sandbox.demo.ports import free_port
from settings.store_url import store_address
from tests.acceptance.product import Product
from tests.faults.store import Store
from tests.faults.tally import Effect
from tests.processes import Process, wait_until


class Fleet(Product):
    """
    A `Product` whose store may be killed and whose downstream only writes calls down.

    Args:
        folder: for logs and the store's files.
        store: a store that runs.
        settings: environment of all processes.
        reach_store_at: address of the store for all processes, if something stands between.
    """

    def __init__(
        self, folder: Path, store: Store, settings: dict[str, str], *, reach_store_at: str = ""
    ) -> None:
        self.downstream_url = f"http://127.0.0.1:{free_port()}"
        usual = {
            "REVOCATION_BRAKE": "1000000/hour",
            "REVOCATION_BRAKE_CAMPAIGN": "1000000/hour",
        }
        # The stand-in for Voucherify brings a CRM of its own.
        if settings.get("PERKS_BACKEND") != "voucherify":
            usual["PERKS_BACKEND"] = "http"
            usual["PERKS_HTTP_URL"] = f"{self.downstream_url}/perks"
            usual["CRM_HTTP_URL"] = f"{self.downstream_url}/crm"
        super().__init__(folder, store, usual | settings)
        self.store = store
        self.redis_url = reach_store_at or self.redis_url
        at = store_address(self.redis_url)
        self.client: StoreClient = connect(
            replace(at, prefix=self.settings.get("STORE_PREFIX", at.prefix)),
            max_connections=2,
            answer_timeout=10,
        )
        self.desk = Admin(self.client, dedupe_window_seconds=604_800)

    def close(self) -> None:
        """Stop everything; the store is the caller's."""
        super().close()
        self.client.connection_pool.disconnect()

    def all(self, name: str) -> list[Process]:
        """Return every process of that name that still runs."""
        return [each for each in self.processes if each.name == name and each.running]

    def start_worker_at(self, redis_url: str) -> None:
        """Start a worker that reaches the store by another address."""
        usual, self.redis_url = self.redis_url, redis_url
        self.start("worker")
        self.redis_url = usual

    def start_web_on(self, port: int) -> Process:
        """Start a receiver on a port."""
        self.receiver_url = f"http://127.0.0.1:{port}"
        self.start("web")
        return self.process("web")

    def effects(self) -> list[Effect]:
        """Everything that the downstream received."""
        answer = self.http.get(f"{self.downstream_url}/calls")
        return [Effect(*call) for call in answer.json()]

    def effects_of(self, events: Collection[str]) -> int:
        """Count the effects of these events, repeats not counted."""
        return len({(each.kind, each.event) for each in self.effects() if each.event in events})

    def stats(self) -> Stats:
        """Check the inbox."""
        return self.desk.stats()

    def wait_until_worked_off(self, *, seconds: float = 120.0) -> None:
        """Wait until nothing is queued, running or waiting."""
        wait_until(
            lambda: pending_jobs(self.stats()) == 0, "everything is worked off", seconds=seconds
        )

    def _start_downstream(self) -> Callable[[], None]:
        port = self.downstream_url.rsplit(":", 1)[1]
        self._launch(
            "downstream",
            f"granian --interface asgi --host 127.0.0.1 --port {port} --no-ws --http 1 "
            "--log-level warning tests.faults.downstream:app",
        )

        def answers() -> bool:
            try:
                return self.http.get(f"{self.downstream_url}/calls").is_success
            except httpx2.TransportError:
                return False

        return partial(wait_until, answers, "the downstream answers")


def pending_jobs(stats: Stats) -> int:
    """Count the jobs that are still to be run."""
    return sum(queue.jobs for queue in stats.queues) + stats.running + stats.waiting

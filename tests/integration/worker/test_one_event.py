"""docs/one-event.md says which files an event passes through: here one does."""

import random
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from kombu import Connection

from inbox.jobs import Jobs
from inbox.store.client import StoreClient
from receiver.app import create_app as create_receiver
from receiver.settings import ReceiverSettings
from tests.engine import KEYS, plain, store_settings
from tests.integration.receiver.conftest import PATH, SECRET, signed
from tests.integration.worker.shop import Shop
from tests.integration.worker.station import environment
from tests.processes import ROOT
from worker.app import create_celery
from worker.build import make_services
from worker.run.flow import Flow
from worker.runtime import runtime_of
from worker.settings.worker import WorkerSettings


TOPS = ("receiver/", "inbox/", "worker/", "schemas/", "telemetry/", "settings/")
PAGE = (ROOT / "docs" / "one-event.md").read_text()
RECEIVED, WORKED = PAGE.split("\n## ")[1:]

#: The file by which a call leaves the process.
LAST = "worker/http_client/transport.py"


def listed(part: str) -> list[str]:
    """Return the files of a table, in its order."""
    return re.findall(r"^\| `([^`]+\.py)` \|", part, flags=re.MULTILINE)


def below(part: str) -> tuple[str, ...]:
    """Return the files and folders that a part of the page names below its table."""
    return tuple(re.findall(r"`([^`]+)`", part.split("Below it:")[1].split("\n\n", maxsplit=1)[0]))


class Trace:
    """Which files of the product run, in the order of their first function."""

    def __init__(self, last: str = "") -> None:
        self.files: list[str] = []
        self._last = last

    def run(self, act: Callable[[], Any]) -> Any:
        """Do something under watch."""
        sys.setprofile(self._called)
        try:
            return act()
        finally:
            sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call" or self._last in self.files:
            return
        file = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
        if file.startswith(TOPS) and file not in self.files:
            self.files.append(file)


class Line:
    """A receiver and a worker's parts in this process, on one store."""

    def __init__(self, redis_url: str, store: StoreClient, shop: Shop) -> None:
        self._url = redis_url
        self._shop = shop
        receiver = {"VOUCHERIFY_WEBHOOK_SECRETS": SECRET, **store_settings(redis_url)}
        self._web = create_receiver(ReceiverSettings.from_environ(receiver)).test_client()
        environ = environment(redis_url, shop, CRM_BACKEND="dry-run")
        self._celery = create_celery(environ)
        runtime = runtime_of(self._celery)
        runtime.flow = Flow(
            jobs=Jobs(
                store, lease_seconds=60, dedupe_window_seconds=600, removal_memory_seconds=600
            ),
            table=runtime.table,
            services=make_services(WorkerSettings.from_environ(environ), store),
            schedule=(1.0,),
            lease_seconds=60,
            chance=random.random,
        )

    def post(self, trace: Trace | None = None) -> None:
        """Send the removal of a referee with a reward."""
        referee = self._shop.scenario(reward={"type": "GIFT_VOUCHER", "amount": 500})["referees"][0]
        body = self._shop.removal(referee["holder"])

        def send() -> int:
            return self._web.post(PATH, data=body, headers=signed(body)).status_code

        assert (trace.run(send) if trace else send()) == 202

    def work(self, trace: Trace | None = None) -> list[str]:
        """Run all jobs; what notifies the CRM is not watched. Gives their names."""
        done: list[str] = []

        def run(_: Any, message: Any) -> None:
            name = message.headers["task"]
            task = self._celery.tasks[name]
            watching = sys.getprofile()
            if name.endswith("notify_crm"):
                sys.setprofile(None)
            task.apply(task_id=message.headers["id"]).get()
            sys.setprofile(watching)
            message.ack()
            done.append(name.removeprefix("perkhook."))

        def drain(connection: Connection) -> None:
            while True:
                try:
                    connection.drain_events(timeout=1)
                except TimeoutError:
                    return

        transport = "worker.broker.transport:Transport"
        options = {"global_keyprefix": KEYS.celery}
        queues = self._celery.conf.task_queues
        with (
            Connection(
                plain(self._url), transport=transport, transport_options=options
            ) as connection,
            connection.Consumer(queues, callbacks=[run], accept=["json"]),
        ):
            if trace:
                trace.run(lambda: drain(connection))
            else:
                drain(connection)
        return done


@pytest.fixture
def line(redis_url: str, store: StoreClient, shop: Shop) -> Line:
    """A line that has seen one event, so that nothing is loaded for the first time."""
    line = Line(redis_url, store, shop)
    line.post()
    line.work()
    return line


def check(trace: Trace, part: str, most: int) -> None:
    """Compare the page with what ran."""
    table, ground = listed(part), below(part)

    assert len(table) <= most
    assert [file for file in trace.files if file in table] == table
    assert [file for file in trace.files if file not in table and not file.startswith(ground)] == []


def test_from_the_post_to_202_in_at_most_twelve_files(line: Line) -> None:
    """What the receiver runs for a webhook is what the page lists, in its order."""
    trace = Trace()
    line.post(trace)

    check(trace, RECEIVED, 12)


def test_from_the_queue_to_voucherify_in_at_most_25_files(line: Line) -> None:
    """What a worker runs up to its first call is what the page lists, in its order."""
    line.post()
    trace = Trace(LAST)
    done = line.work(trace)

    assert sorted(done) == ["notify_crm", "process", "revoke_referral_perks"]
    check(trace, WORKED, 25)

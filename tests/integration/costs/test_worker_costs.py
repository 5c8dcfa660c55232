from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.privacy.erasure import Erasure
from inbox.store.client import StoreClient
from tests.conftest import ANSWER_SECONDS, LEASE_SECONDS, WINDOW_SECONDS
from tests.counting import CountingWire
from tests.engine import KEYS, connect, store_settings
from tests.integration.costs.bounds import EVENTS, MOST, commands, events, within
from tests.patience import of_three
from tests.processes import Process, procfile_command, wait_until
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.handlers import load_handlers
from worker.run.flow import Flow
from worker.run.verdict import Completed
from worker.services import Services


@pytest.fixture
def flow(wire: CountingWire) -> Iterator[Flow]:
    """What runs jobs in a worker, with handlers that call no one."""
    client = connect(wire.url, max_connections=4, answer_timeout=ANSWER_SECONDS)
    jobs = Jobs(
        client,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=WINDOW_SECONDS,
        removal_memory_seconds=WINDOW_SECONDS,
    )
    yield Flow(
        jobs=jobs,
        table=load_handlers(),
        services=Services(perks=DryRunPerks(), crm=DryRunCrm(), erasure=Erasure(client)),
        schedule=(60.0,),
        lease_seconds=LEASE_SECONDS,
        chance=lambda: 0.5,
    )
    client.connection_pool.disconnect()


@pytest.mark.parametrize("kind", ["process", "handler's"])
def test_a_job_is_two_round_trips(
    kind: str, flow: Flow, wire: CountingWire, intake: Intake, store: StoreClient
) -> None:
    """A job is claimed and completed by one script each, with little sent and run for it."""
    handlers = ("revoke_referral_perks", "notify_crm")
    names = handlers if kind == "handler's" else ("process",)

    def run(several: list[bytes], names: tuple[str, ...]) -> None:
        for body in several:
            for name in names:
                assert isinstance(flow.run(f"{delivery_id(body)}:{name}:1"), Completed)

    warm, several = events(2), events()
    for body in (*warm, *several):
        intake.accept(body)
    run(warm, ("process", *handlers))
    if kind != "process":
        run(several, ("process",))
    wire.take()
    ran = commands(store, lambda: run(several, names))
    counted, jobs = wire.take(), EVENTS * len(names)

    article = "a process" if kind == "process" else "a handler's"
    within(f"round trips of {article} job", counted.turns / jobs)
    within(f"commands inside {article} job", ran / jobs)
    within(f"bytes sent for {article} job", counted.sent / jobs)


def test_an_event_in_a_worker_asks_the_store_seldom(
    wire: CountingWire, intake: Intake, store: StoreClient, tmp_path: Path
) -> None:
    """All that a real worker asks for one event is counted, Celery's own part with it."""

    def completed() -> int:
        return int(store.hget(KEYS.counts, "settled") or 0)

    # The samples are of a day long past.
    environ = {**store_settings(wire.url), "MAX_EVENT_AGE_SECONDS": "0"}
    worker = Process("worker", procfile_command("worker"), environ, tmp_path / "worker.log")
    try:
        worker.wait_for("ready.")
        intake.accept(events(1)[0])
        wait_until(lambda: completed() == 1, "the first event is completed")

        def turns() -> float:
            before = completed()
            wire.take()
            for body in events():
                intake.accept(body)
            wait_until(lambda: completed() == before + EVENTS, "all events are completed")
            return wire.take().turns / EVENTS

        # On a busy machine more are needed, and never fewer.
        what = "round trips of an event in a worker"
        found = of_three(turns, lambda found: found <= MOST[what])
    finally:
        worker.kill()

    within(what, found)

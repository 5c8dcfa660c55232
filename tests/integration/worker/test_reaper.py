from collections.abc import Sequence
from threading import enumerate as all_threads
from typing import Literal

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Reaped
from inbox.retention import Limits, Retention
from inbox.store.client import StoreClient
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS
from tests.integration.worker.station import until
from worker.outages import Outages
from worker.periodic.reaper import Reaper
from worker.periodic.retention import RetentionRun


QUEUES = ("deliveries", "perks", "crm")


def retention(store: StoreClient, *, failed_most: int = 1000) -> RetentionRun:
    """Keep so many failed jobs."""
    limits = Limits(
        removal_seconds=WINDOW_SECONDS,
        failed_seconds=86_400,
        failed_most=failed_most,
        completed_most=1000,
    )
    return RetentionRun(Retention(store, limits, dedupe_window_seconds=WINDOW_SECONDS))


class Failing(Jobs):
    """An inbox whose first passes fail."""

    def __init__(self, client: StoreClient, *errors: Exception) -> None:
        super().__init__(
            client,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=WINDOW_SECONDS,
        )
        self._errors = list(errors)

    def reap(
        self, caller: str, queues: Sequence[str], interval_seconds: float
    ) -> Reaped | Literal[False]:
        """Fail, then reap."""
        if self._errors:
            raise self._errors.pop(0)
        return super().reap(caller, queues, interval_seconds)


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        (
            RedisConnectionError("secret"),
            ["store.unavailable", "reaper.sent_again", "store.available"],
        ),
        (
            ZeroDivisionError("secret"),
            ["reaper.unexpected_error", "reaper.unexpected_error", "reaper.sent_again"],
        ),
    ],
)
def test_an_error_does_not_end_the_loop(
    store: StoreClient,
    intake: Intake,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    logged: list[str],
) -> None:
    """After a failed pass comes the next, which sends again what is due."""
    monkeypatch.setattr("worker.periodic.loop.OUTAGES", Outages())
    jobs = Failing(store, error, error)
    delivery = intake.accept(b"{}").delivery
    claim = jobs.claim(f"{delivery}:process:1")
    jobs.wait(claim, 0, "busy", "an error")  # type: ignore[arg-type]
    reaper = Reaper(jobs, "a test", QUEUES, 0.05, retention(store))

    with capture_logs() as logs:
        reaper.start()
        until(lambda: store.hget(KEYS.job + f"{delivery}:process", "dispatches") == b"2")
        reaper.stop()

    assert [log["event"] for log in logs] == logged
    assert [log["due"] for log in logs if "due" in log] == [1]
    assert not any("secret" in str(log.get("error")) for log in logs)


def test_the_queues_are_made_known_and_the_loop_ends_when_stopped(
    store: StoreClient, jobs: Jobs
) -> None:
    """Operators see a worker's queues from its start; a stopped worker reaps no more."""
    before = set(all_threads())
    reaper = Reaper(jobs, "a test", QUEUES, 3600, retention(store))

    reaper.start()
    until(lambda: store.smembers(KEYS.queues) == {queue.encode() for queue in QUEUES})
    reaper.stop()

    # Others may have ended meanwhile, such as those that served an earlier test.
    assert set(all_threads()) <= before

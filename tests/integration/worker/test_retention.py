"""What is logged of dropped jobs, and before they are dropped."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim
from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.inbox.keeping import AGE, COUNT, DAY, failed_ago, noticed
from tests.integration.worker.station import until
from worker.periodic.reaper import Reaper
from worker.periodic.retention import WARN_EVERY_SECONDS, RetentionRun


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be sent to Sentry."""
    found: list[str] = []
    monkeypatch.setattr("worker.periodic.retention.report", lambda error: found.append(str(error)))
    return found


def _fail(intake: Intake, jobs: Jobs, number: int) -> list[str]:
    failed = []
    for one in range(number):
        claim = jobs.claim(f"{intake.accept(b'secret %d' % one).delivery}:process")
        assert isinstance(claim, Claim)
        jobs.fail(claim, "not_json", "no value at character 0")
        failed.append(claim.job)
    return failed


def test_each_dropped_job_has_its_line_and_all_have_one_report(
    store: StoreClient,
    intake: Intake,
    jobs: Jobs,
    reports: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five jobs in three batches: five error lines with id and reason, one report to Sentry."""
    monkeypatch.setattr("inbox.retention.JOBS_A_CALL", 2)
    failed = _fail(intake, jobs, 5)
    for job in failed:
        failed_ago(store, job, DAY + 1)

    with capture_logs() as logs:
        RetentionRun(noticed(store)).run()

    lines = [log for log in logs if log["event"] == "job.dropped"]
    assert sorted(line["job"] for line in lines) == sorted(failed)
    assert {(line["log_level"], line["reason"], line["why"]) for line in lines} == {
        ("error", "not_json", AGE)
    }
    assert reports == ["5 failed jobs were dropped: see job.dropped"]
    assert "secret" not in str(logs)


def test_what_was_dropped_is_logged_although_the_store_goes_away(
    store: StoreClient,
    intake: Intake,
    jobs: Jobs,
    reports: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pass that breaks off has logged every job that it dropped."""
    monkeypatch.setattr("inbox.retention.JOBS_A_CALL", 2)
    for job in _fail(intake, jobs, 5):
        failed_ago(store, job, DAY + 1)
    keeper = noticed(store)
    script: Any = keeper._trim
    calls = iter((True, True, False))

    def until_the_third(**arguments: Any) -> Any:
        if not next(calls):
            raise ConnectionError
        return script(**arguments)

    monkeypatch.setattr(keeper, "_trim", until_the_third)

    with capture_logs() as logs, pytest.raises(ConnectionError):
        RetentionRun(keeper).run()

    assert [log["event"] for log in logs] == ["job.dropped"] * 4
    assert reports == ["4 failed jobs were dropped: see job.dropped"]
    assert store.zcard(KEYS.failed) == 1


@pytest.mark.parametrize(("most", "warned"), [(5, True), (6, True), (7, False)])
def test_a_warning_comes_before_the_drop(
    store: StoreClient, intake: Intake, jobs: Jobs, most: int, warned: bool
) -> None:
    """With more than four fifths of the room taken a warning is logged, and nothing dropped."""
    _fail(intake, jobs, 5)

    with capture_logs() as logs:
        RetentionRun(noticed(store, failed_most=most)).run()

    assert [(log["event"], log["log_level"], log["set"]) for log in logs] == (
        [("kept.nearly_full", "warning", "failed")] if warned else []
    )
    assert store.zcard(KEYS.failed) == 5


def test_exactly_four_fifths_is_no_warning(store: StoreClient, intake: Intake, jobs: Jobs) -> None:
    """The warning is for more than 0.8."""
    _fail(intake, jobs, 4)

    with capture_logs() as logs:
        RetentionRun(noticed(store, failed_most=5)).run()

    assert logs == []


def test_age_is_warned_of_as_number_is(store: StoreClient, intake: Intake, jobs: Jobs) -> None:
    """One job that waits for nearly the whole time is logged, with its end."""
    (job,) = _fail(intake, jobs, 1)
    failed_ago(store, job, 0.9 * DAY)

    with capture_logs() as logs:
        RetentionRun(noticed(store)).run()

    (line,) = logs
    assert (line["event"], line["count"], line["fill_ratio"]) == ("kept.nearly_full", 1, 0.9)
    assert line["next_drop"].endswith("+00:00")


def test_a_warning_is_logged_once_an_hour(store: StoreClient, intake: Intake, jobs: Jobs) -> None:
    """A process that runs it every ten seconds does not fill the log with one fact."""
    _fail(intake, jobs, 5)
    clock = iter([0.0, 10.0, WARN_EVERY_SECONDS - 1, WARN_EVERY_SECONDS, WARN_EVERY_SECONDS + 10])
    trimming = RetentionRun(noticed(store, failed_most=5), lambda: next(clock))
    warned = []

    for _ in range(5):
        with capture_logs() as logs:
            trimming.run()
        warned.append(len(logs))

    assert warned == [1, 0, 0, 1, 0]


def test_markers_that_go_early_are_logged_and_not_reported(
    store: StoreClient, intake: Intake, jobs: Jobs, reports: list[str]
) -> None:
    """A marker is no lost work: a line and a warning, no error."""
    for one in range(3):
        claim = jobs.claim(f"{intake.accept(b'%d' % one).delivery}:process")
        assert isinstance(claim, Claim)
        jobs.fan_out(claim, [], outcome="nothing to do")

    with capture_logs() as logs:
        RetentionRun(noticed(store, completed_most=2)).run()

    assert [(log["event"], log["log_level"]) for log in logs] == [
        ("markers.dropped", "info"),
        ("kept.nearly_full", "warning"),
    ]
    assert reports == []


def test_the_reaper_applies_retention(store: StoreClient, intake: Intake, jobs: Jobs) -> None:
    """The reaper drops what exceeds the bounds; one without a turn drops nothing."""
    _fail(intake, jobs, 3)
    store.set(KEYS.sweeping, "another", px=60_000)
    reaper = Reaper(
        jobs, "a test", ("deliveries",), 0.02, RetentionRun(noticed(store, failed_most=1))
    )

    with capture_logs() as logs:
        reaper.start()
        until(lambda: bool(store.scard(KEYS.queues)))
        assert store.zcard(KEYS.failed) == 3
        store.delete(KEYS.sweeping)
        until(lambda: store.zcard(KEYS.failed) == 1)
        reaper.stop()

    assert [log["why"] for log in logs if log["event"] == "job.dropped"] == [COUNT] * 2

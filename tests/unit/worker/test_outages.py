import pytest
from redis import exceptions as redis_errors
from structlog.testing import capture_logs

from inbox.errors import is_outage
from worker.outages import TELL_EVERY_SECONDS, Outages
from worker.verdict import decide


AWAY = [
    redis_errors.ConnectionError("secret"),
    redis_errors.TimeoutError("secret"),
    redis_errors.BusyLoadingError("secret"),
    redis_errors.ReadOnlyError("secret"),
    redis_errors.OutOfMemoryError("secret"),
    redis_errors.ResponseError("MISCONF secret"),
    redis_errors.ResponseError("ERR Error running script: OOM secret"),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: f"{type(error).__name__} {error}"[:28])
def test_a_job_that_meets_an_outage_waits_as_expected(error: Exception) -> None:
    """It is tried again by the schedule, is not reported, and the store's words are not told."""
    verdict = decide(error, tries=1, schedule=(10.0,), chance=0.5)

    assert is_outage(error)
    assert verdict.expected
    assert verdict.reason.startswith("inbox_")
    assert verdict.delay_seconds == pytest.approx(10.0)
    assert "secret" not in verdict.error


@pytest.mark.parametrize(
    "error",
    [redis_errors.ResponseError("WRONGTYPE secret"), redis_errors.DataError("x"), OSError("x")],
    ids=["a script's fault", "a wrong argument", "no store's error"],
)
def test_an_error_of_the_code_is_no_outage(error: Exception) -> None:
    """What a restart of the store would not mend is reported."""
    assert not is_outage(error)
    assert not decide(error, tries=1, schedule=(10.0,), chance=0.5).expected


def test_an_outage_is_told_once_a_minute_however_many_jobs_meet_it() -> None:
    """A thousand jobs are one warning; an outage that lasts is told again."""
    now = [100.0]
    outages = Outages(lambda: now[0])

    with capture_logs() as logs:
        for error in AWAY * 100:
            outages.tell(error)
        now[0] += TELL_EVERY_SECONDS - 0.1
        outages.tell(AWAY[0])
        assert len(logs) == 1
        now[0] += 0.2
        outages.tell(AWAY[1])

    assert [(each["event"], each["reason"]) for each in logs] == [
        ("job.store_unavailable", "down"),
        ("job.store_unavailable", "timeout"),
    ]

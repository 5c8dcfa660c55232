import pytest
from redis import exceptions as redis_errors
from structlog.testing import capture_logs

from inbox.errors import is_outage
from worker.outages import (
    AGAIN_SECONDS,
    LOG_EVERY_SECONDS,
    WAIT_SECONDS,
    Outages,
    insist,
    outage,
)
from worker.run.verdict import decide


AWAY: list[redis_errors.RedisError] = [
    redis_errors.ConnectionError("secret"),
    redis_errors.TimeoutError("secret"),
    redis_errors.BusyLoadingError("secret"),
    redis_errors.ReadOnlyError("secret"),
    redis_errors.OutOfMemoryError("secret"),
    redis_errors.ResponseError("MISCONF secret"),
    redis_errors.ResponseError("NOREPLICAS secret"),
    redis_errors.ClusterDownError("secret"),
    redis_errors.ResponseError("ERR Error running script: OOM secret"),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: f"{type(error).__name__} {error}"[:28])
def test_a_job_that_meets_an_outage_waits_without_using_up_a_try(
    error: redis_errors.RedisError,
) -> None:
    """It comes back in some seconds, and the store's words are not repeated."""
    postponed = outage(error)

    assert is_outage(error)
    assert postponed.reason.startswith("inbox_")
    assert postponed.seconds == WAIT_SECONDS
    assert "secret" not in str(postponed)


@pytest.mark.parametrize(
    "error",
    [redis_errors.ResponseError("WRONGTYPE secret"), redis_errors.DataError("x"), OSError("x")],
    ids=["a script's fault", "a wrong argument", "no store's error"],
)
def test_an_error_of_the_code_is_no_outage(error: Exception) -> None:
    """An error that a restart of the store would not fix is reported."""
    assert not is_outage(error)
    assert not decide(error, tries=1, schedule=(10.0,), chance=0.5).expected


def test_an_outage_is_logged_once_a_minute_however_many_jobs_meet_it() -> None:
    """A thousand jobs are one warning; an outage that lasts is logged again, and so is its end."""
    now = [100.0]
    outages = Outages(lambda: now[0])

    with capture_logs() as logs:
        outages.over()
        for error in AWAY * 100:
            outages.met(error)
        now[0] += LOG_EVERY_SECONDS - 0.1
        outages.met(AWAY[0])
        assert len(logs) == 1
        now[0] += 0.2
        outages.met(AWAY[1])
        outages.over()
        outages.over()

    assert [(each["event"], each.get("reason"), each.get("seconds")) for each in logs] == [
        ("store.unavailable", "down", None),
        ("store.unavailable", "timeout", None),
        ("store.available", None, 60.1),
    ]
    assert "secret" not in str(logs)


def test_an_ending_is_written_when_the_store_is_back() -> None:
    """It is tried again after each pause, and what it gives is given."""
    errors = [*AWAY]
    pauses: list[float] = []

    def write() -> str:
        if errors:
            raise errors.pop()
        return "written"

    with capture_logs():
        written = insist(write, seconds=60, stopping=lambda: False, pause=pauses.append)

    assert written == "written"
    assert pauses == [AGAIN_SECONDS] * len(AWAY)


@pytest.mark.parametrize(
    ("error", "seconds", "stopping"),
    [
        (AWAY[0], 0.0, False),
        (AWAY[0], 60.0, True),
        (redis_errors.ResponseError("WRONGTYPE"), 60.0, False),
    ],
    ids=["the lease is over", "the worker stops", "no outage"],
)
def test_an_ending_is_not_insisted_on_without_an_end(
    error: redis_errors.RedisError, seconds: float, stopping: bool
) -> None:
    """The error passes on at once, without a pause."""

    def write() -> str:
        raise error

    with pytest.raises(redis_errors.RedisError):
        insist(
            write, seconds=seconds, stopping=lambda: stopping, pause=lambda _: pytest.fail("paused")
        )

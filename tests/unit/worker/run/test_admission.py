import pytest
from structlog.testing import capture_logs

from inbox.breaker import Admitted, BreakerOpen, CountedJob, NotAdmitted
from tests.unit.worker.fake_breaker import CLAIM, FakeBreaker, admission_of, entered
from worker.errors import PermanentError, PostponedError, RetryableError
from worker.run import admission as module
from worker.run.admission import MOST_RESERVED, Admission, NotAdmittedError


OUTAGE = RetryableError("down", "it is down", outage=True)
TOO_MANY = RetryableError("answered_429", "too many", pause_seconds=60)


def test_without_a_breaker_everything_passes() -> None:
    """A backend that makes no calls has no breaker, and its failures are its own."""
    admission = admission_of(None)

    admission.enter()
    admission.count_call()

    assert admission.leave(OUTAGE) is None


@pytest.mark.parametrize(
    ("reason", "slug"), [("budget", "perks_budget"), ("down", "down"), ("", "downstream_shut")]
)
@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 40.0), (1.0, 61.0)])
def test_an_open_breaker_postpones_for_a_little_longer_than_it_is_open(
    reason: str, slug: str, chance: float, seconds: float
) -> None:
    """Each job waits for another time, so that they do not come back together."""
    breaker = FakeBreaker(answer=BreakerOpen(40, reason))

    with pytest.raises(PostponedError) as caught:
        admission_of(breaker, chance=chance).enter()

    assert caught.value.reason == slug
    assert caught.value.seconds == pytest.approx(seconds)
    assert breaker.calls == [("enter", f"{CLAIM.job}:3", 8)]


@pytest.mark.parametrize("why", list(NotAdmitted))
@pytest.mark.parametrize("has_breaker", [False, True])
def test_a_job_that_the_cap_does_not_admit_does_not_begin(
    why: NotAdmitted, *, has_breaker: bool
) -> None:
    """Whether the cap is asked with the breaker or alone; there is nothing to report."""
    asked = FakeBreaker(answer=why) if has_breaker else None
    job = CountedJob({}, lambda: why)
    admission = admission_of(asked, job=job)

    with pytest.raises(NotAdmittedError) as caught, admission:
        pytest.fail("it has begun")

    assert caught.value.why is why
    if asked:
        assert (asked.jobs, asked.calls) == ([job], [("enter", f"{CLAIM.job}:3", 8)])


@pytest.mark.parametrize("error", [None, OUTAGE, PermanentError("a", "b"), ZeroDivisionError()])
def test_what_was_reserved_and_not_used_is_given_back(error: Exception | None) -> None:
    """However the run ends."""
    breaker = FakeBreaker()

    entered(breaker, calls=3).leave(error)

    assert breaker.calls[0] == ("end_run", 3, 8)


def test_a_job_stopped_half_way_reserves_more_the_next_time() -> None:
    """The call that had no leave is not counted as made, and the next run reserves twice."""
    breaker = FakeBreaker(budget=8)
    admission = admission_of(breaker)
    admission.enter()
    for _ in range(8):
        admission.count_call()

    with pytest.raises(PostponedError) as caught:
        admission.count_call()

    assert caught.value.reason == "perks_budget"
    assert admission.reserve_next == 16
    assert admission.leave(caught.value) is None
    assert breaker.calls[-1] == ("end_run", 8, 8)


def test_a_job_that_no_reservation_suffices_for_comes_to_an_end() -> None:
    """With the most reserved and still too few, the run uses up a try."""
    admission = admission_of(FakeBreaker(budget=0), reserve=MOST_RESERVED)

    with pytest.raises(RetryableError) as caught:
        admission.count_call()

    assert not isinstance(caught.value, PostponedError)
    assert not caught.value.outage
    assert caught.value.retry_after_seconds == 30
    assert admission.reserve_next == MOST_RESERVED


IN_DOUBT, ALONE = Admitted(in_doubt=True, alone=False), Admitted(in_doubt=True, alone=True)


@pytest.mark.parametrize(
    ("answer", "calls", "reported"),
    [
        (Admitted(in_doubt=False, alone=False), 1, []),
        (IN_DOUBT, 1, [("well",)]),
        (IN_DOUBT, 0, []),
        (ALONE, 1, [("well",)]),
        (ALONE, 0, [("skip",)]),
    ],
)
@pytest.mark.parametrize("error", [None, PermanentError("a", "b"), RetryableError("a", "b")])
def test_a_downstream_that_answered_is_well_again(
    answer: Admitted, calls: int, reported: list[tuple[str]], error: Exception | None
) -> None:
    """An answer that the job did not like is an answer; without a call nothing was learnt."""
    breaker = FakeBreaker(answer=answer)

    assert entered(breaker, calls=calls).leave(error) is None

    assert breaker.calls[1:] == reported


@pytest.mark.parametrize(
    ("error", "alone", "shut", "postponed"),
    [
        # The first failures use up tries: it is not yet known that it is down.
        (OUTAGE, False, (0.0, False), False),
        (OUTAGE, False, (10.0, True), True),
        (OUTAGE, False, (10.0, False), True),
        # The one that tries alone may be the cause.
        (OUTAGE, True, (10.0, False), False),
        # A pause that the downstream asked for is no job's fault.
        (TOO_MANY, True, (10.0, False), True),
        (TOO_MANY, False, (10.0, True), True),
    ],
)
def test_who_waits_without_using_up_a_try(
    error: RetryableError, alone: bool, shut: tuple[float, bool], postponed: bool
) -> None:
    """Jobs that meet an open breaker are postponed, but the lone try counts."""
    breaker = FakeBreaker(answer=Admitted(in_doubt=alone, alone=alone), shut=shut)
    admission = entered(breaker, calls=1)

    with capture_logs() as logs:
        found = admission.leave(error)

    assert (found is not None) == postponed
    if found:
        assert (found.reason, found.seconds) == (error.reason, 10)
    # Once for all that wait behind it.
    assert [log["event"] for log in logs] == (["downstream.shut"] if shut[1] else [])
    assert breaker.calls[1][0] == ("pause" if error.pause_seconds else "failed")


def test_a_limit_that_was_reached_keeps_other_jobs_away_without_an_alert() -> None:
    """The breaker is open until the downstream counts anew; this job continues."""
    breaker = FakeBreaker()
    admission = entered(breaker)

    with capture_logs() as logs:
        admission.limit_reached(20.0)
        admission.count_call()

    assert ("pause", "limit_reached", 20.0) in breaker.calls
    assert [line["log_level"] for line in logs] == ["info"]
    assert admission.leave(None) is None


@pytest.mark.parametrize(("error", "reports"), [(OUTAGE, 1), (TOO_MANY, 0)])
def test_a_pause_that_was_asked_for_is_not_reported(
    monkeypatch: pytest.MonkeyPatch, error: RetryableError, reports: int
) -> None:
    """Sentry gets a breaker that opens because calls fail, not one of a busy downstream."""
    reported: list[BaseException] = []
    monkeypatch.setattr(module, "report", lambda error, **_: reported.append(error))

    entered(FakeBreaker(shut=(60.0, True)), calls=1).leave(error)

    assert len(reported) == reports


def _fail(admission: Admission) -> None:
    admission.count_call()
    raise OUTAGE


def test_a_block_under_an_admission_is_postponed_by_the_outage_that_it_met() -> None:
    """The outage opened the breaker: it is the cause of the error that the job waits by."""
    breaker = FakeBreaker(shut=(10.0, True))

    with pytest.raises(PostponedError) as caught, admission_of(breaker) as admission:
        _fail(admission)

    assert caught.value.__cause__ is OUTAGE
    assert [each[0] for each in breaker.calls] == ["enter", "end_run", "failed"]


def test_a_lazy_admission_enters_at_its_first_call() -> None:
    """A plan that makes no call needs no downstream."""
    breaker = FakeBreaker(answer=BreakerOpen(40, "down"))
    with admission_of(breaker, lazy=True):
        pass
    assert breaker.calls == []

    with pytest.raises(PostponedError), admission_of(breaker, lazy=True) as admission:
        admission.count_call()

    assert [each[0] for each in breaker.calls] == ["enter"]


def test_an_error_of_the_callers_own_keys_is_no_outage() -> None:
    """An operator's wrong key must not open the breaker of the workers."""
    breaker = FakeBreaker(answer=IN_DOUBT)

    with pytest.raises(RetryableError), admission_of(breaker, private={"down"}) as admission:
        _fail(admission)

    assert breaker.calls[-1] == ("well",)


def test_a_check_that_refuses_lets_no_call_be_counted() -> None:
    """A worker that stops neither enters nor makes another call."""
    breaker = FakeBreaker()
    stopping = PostponedError("worker_stopping", "it stops", seconds=0)

    def refuse() -> None:
        raise stopping

    with pytest.raises(PostponedError), admission_of(breaker, check=refuse):
        pass
    admission = admission_of(breaker, check=refuse)
    for count in (admission.count_call, admission.spare_call):
        with pytest.raises(PostponedError):
            count()

    assert breaker.calls == []

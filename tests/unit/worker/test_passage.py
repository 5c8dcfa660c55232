import pytest
from structlog.testing import capture_logs

from inbox.breaker import Admitted, BreakerOpen
from tests.unit.worker.fake_gate import CLAIM, FakeGate, entered, passage_of
from worker.errors import PermanentError, PostponedError, RetryableError
from worker.run import admission as passages
from worker.run.admission import MOST_RESERVED


OUTAGE = RetryableError("down", "it is down", outage=True)
TOO_MANY = RetryableError("answered_429", "too many", pause_seconds=60)


def test_without_a_gate_everything_passes() -> None:
    """A backend that calls nobody has no gate, and its failures are its own."""
    passage = passage_of(None)

    passage.enter()
    passage.count_call()

    assert passage.leave(OUTAGE) is None


@pytest.mark.parametrize(
    ("reason", "slug"), [("budget", "perks_budget"), ("down", "down"), ("", "downstream_shut")]
)
@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 40.0), (1.0, 61.0)])
def test_a_shut_gate_postpones_for_a_little_longer_than_it_is_shut(
    reason: str, slug: str, chance: float, seconds: float
) -> None:
    """Each job waits by another while, so that they do not come back together."""
    gate = FakeGate(answer=BreakerOpen(40, reason))

    with pytest.raises(PostponedError) as caught:
        passage_of(gate, chance=chance).enter()

    assert caught.value.reason == slug
    assert caught.value.seconds == pytest.approx(seconds)
    assert gate.told == [("enter", f"{CLAIM.job}:3", 8)]


@pytest.mark.parametrize("error", [None, OUTAGE, PermanentError("a", "b"), ZeroDivisionError()])
def test_what_was_reserved_and_not_used_is_given_back(error: Exception | None) -> None:
    """However the run ends."""
    gate = FakeGate()

    entered(gate, calls=3).leave(error)

    assert gate.told[0] == ("end_run", 3, 8)


def test_a_job_stopped_half_way_reserves_more_the_next_time() -> None:
    """The call that had no leave is not counted as made, and the next run reserves twice."""
    gate = FakeGate(budget=8)
    passage = passage_of(gate)
    passage.enter()
    for _ in range(8):
        passage.count_call()

    with pytest.raises(PostponedError) as caught:
        passage.count_call()

    assert caught.value.reason == "perks_budget"
    assert passage.reserve_next == 16
    assert passage.leave(caught.value) is None
    assert gate.told[-1] == ("end_run", 8, 8)


def test_a_job_that_no_reservation_suffices_for_comes_to_an_end() -> None:
    """With the most reserved and still too few, the run uses up a try."""
    passage = passage_of(FakeGate(budget=0), reserve=MOST_RESERVED)

    with pytest.raises(RetryableError) as caught:
        passage.count_call()

    assert not isinstance(caught.value, PostponedError)
    assert not caught.value.outage
    assert caught.value.retry_after_seconds == 30
    assert passage.reserve_next == MOST_RESERVED


IN_DOUBT, ALONE = Admitted(in_doubt=True, alone=False), Admitted(in_doubt=True, alone=True)


@pytest.mark.parametrize(
    ("answer", "calls", "told"),
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
    answer: Admitted, calls: int, told: list[tuple[str]], error: Exception | None
) -> None:
    """An answer that the job did not like is an answer; without a call nothing was learnt."""
    gate = FakeGate(answer=answer)

    assert entered(gate, calls=calls).leave(error) is None

    assert gate.told[1:] == told


@pytest.mark.parametrize(
    ("error", "alone", "shut", "postponed"),
    [
        # The first failures use up tries: it is not yet known that it is down.
        (OUTAGE, False, (0.0, False), False),
        (OUTAGE, False, (10.0, True), True),
        (OUTAGE, False, (10.0, False), True),
        # The one that tries alone might itself be the cause.
        (OUTAGE, True, (10.0, False), False),
        # A pause that was asked for is nobody's fault.
        (TOO_MANY, True, (10.0, False), True),
        (TOO_MANY, False, (10.0, True), True),
    ],
)
def test_who_waits_without_using_up_a_try(
    error: RetryableError, alone: bool, shut: tuple[float, bool], postponed: bool
) -> None:
    """Jobs that meet a shut gate are postponed, but the lone try counts."""
    gate = FakeGate(answer=Admitted(in_doubt=alone, alone=alone), shut=shut)
    passage = entered(gate, calls=1)

    with capture_logs() as logs:
        found = passage.leave(error)

    assert (found is not None) == postponed
    if found:
        assert (found.reason, found.seconds) == (error.reason, 10)
    # Once for all that wait behind it.
    assert [log["event"] for log in logs] == (["downstream.shut"] if shut[1] else [])
    assert gate.told[1][0] == ("pause" if error.pause_seconds else "failed")


def test_a_limit_that_was_reached_keeps_other_jobs_away_without_an_alert() -> None:
    """The gate is shut until the downstream counts anew; the job that heard of it goes on."""
    gate = FakeGate()
    passage = entered(gate)

    with capture_logs() as logs:
        passage.limit_reached(20.0)
        passage.count_call()

    assert ("pause", "limit_reached", 20.0) in gate.told
    assert [line["log_level"] for line in logs] == ["info"]
    assert passage.leave(None) is None


@pytest.mark.parametrize(("error", "reports"), [(OUTAGE, 1), (TOO_MANY, 0)])
def test_a_pause_that_was_asked_for_is_not_reported(
    monkeypatch: pytest.MonkeyPatch, error: RetryableError, reports: int
) -> None:
    """Sentry hears of a downstream that is shut because it fails, not of one that is busy."""
    told: list[BaseException] = []
    monkeypatch.setattr(passages, "report", lambda error, **_: told.append(error))

    entered(FakeGate(shut=(60.0, True)), calls=1).leave(error)

    assert len(told) == reports

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Reason, UnreadableBody
from tests.samples import PERSONAL
from worker.errors import NeedsPersonError, PermanentError, RetryableError
from worker.run.verdict import decide
from worker.settings.worker import WorkerSettings


SCHEDULE = (10.0, 30.0, 600.0)
NO_JITTER = 0.5  # 1 - 0.2 + 2 x 0.2 x 0.5 = 1


@pytest.mark.parametrize(
    ("tries", "chance", "least", "delay"),
    [
        # tries: wait of the schedule x (0.8 + 0.4 x chance)
        (1, 0.5, None, 10.0),  # 10 x 1.0
        (1, 0.0, None, 8.0),  # 10 x 0.8
        (1, 1.0, None, 12.0),  # 10 x 1.2
        (2, 0.5, None, 30.0),
        (3, 0.5, None, 600.0),
        (3, 0.25, None, 540.0),  # 600 x 0.9
        # The downstream asks to wait: the longer of the two.
        (1, 0.5, 120.0, 132.0),
        (1, 0.5, 9.0, 10.0),
        (1, 0.0, 9.0, 9.0),  # 8 < 9
        (3, 0.5, 120.0, 600.0),
        (1, 0.5, 0.0, 10.0),
        # The schedule has three waits, so the fourth run was the last.
        (4, 0.5, None, None),
        (4, 0.5, 120.0, None),
        (400, 0.5, None, None),
    ],
)
def test_the_wait_is_the_schedules_or_the_longer_one_that_was_asked_for(
    tries: int, chance: float, least: float | None, delay: float | None
) -> None:
    """A retryable error waits by the schedule with jitter, longer if asked, until it is used up."""
    error = RetryableError("crm_timeout", "crm did not answer in time", retry_after_seconds=least)

    verdict = decide(error, tries=tries, schedule=SCHEDULE, chance=chance)

    assert verdict.delay_seconds == (None if delay is None else pytest.approx(delay))
    assert (verdict.reason, verdict.error) == ("crm_timeout", "crm did not answer in time")
    assert verdict.expected


@given(
    schedule=st.lists(st.floats(0, 604_800), min_size=1, max_size=20).map(tuple),
    tries=st.integers(1, 25),
    chance=st.floats(0, 1),
    least=st.none() | st.floats(0, 86_400),
)
def test_a_wait_stays_within_a_fifth_of_the_schedule(
    schedule: tuple[float, ...], tries: int, chance: float, least: float | None
) -> None:
    """Jitter moves a wait by a fifth at the most, and never below what was asked for."""
    error = RetryableError("slow", "slow", retry_after_seconds=least)

    delay = decide(error, tries=tries, schedule=schedule, chance=chance).delay_seconds

    if tries > len(schedule):
        assert delay is None
        return
    assert delay is not None
    wait = schedule[tries - 1]
    assert max(0.8 * wait * 0.999999, least or 0.0) <= delay
    assert delay <= 1.2 * max(wait, least or 0.0) * 1.000001


@pytest.mark.parametrize(
    ("error", "reason", "text"),
    [
        (PermanentError("no_schema", "no schema"), "no_schema", "no schema"),
        (NeedsPersonError("read it"), "needs_a_person", "read it"),
        (UnreadableBody(Reason.NOT_JSON, "at line 1"), "not_json", "at line 1"),
    ],
)
def test_what_no_retry_can_fix_fails_at_the_first_try(
    error: Exception, reason: str, text: str
) -> None:
    """Permanent errors and unreadable bodies fail with the whole schedule left."""
    verdict = decide(error, tries=1, schedule=SCHEDULE, chance=NO_JITTER)

    assert (verdict.reason, verdict.error, verdict.delay_seconds) == (reason, text, None)
    assert verdict.expected


def test_a_foreign_errors_message_is_not_shown() -> None:
    """An unexpected error shows only its type and place; it is tried again."""
    nothing: dict[str, str] = {}
    with pytest.raises(KeyError) as caught:
        _ = nothing[" ".join(PERSONAL)]

    verdict = decide(caught.value, tries=1, schedule=SCHEDULE, chance=NO_JITTER)

    assert verdict.reason == "unexpected:KeyError"
    assert verdict.error.startswith("KeyError at test_verdict.py:")
    assert not any(text in verdict.error for text in PERSONAL)
    assert verdict.delay_seconds == pytest.approx(10)
    assert not verdict.expected


def test_a_foreign_error_fails_when_the_tries_are_used_up() -> None:
    """An unexpected error does not come back without end."""
    verdict = decide(ZeroDivisionError(), tries=4, schedule=SCHEDULE, chance=NO_JITTER)

    assert verdict.delay_seconds is None
    assert verdict.reason == "unexpected:ZeroDivisionError"


def test_the_default_schedule_is_what_its_comment_says() -> None:
    """Fourteen tries again, the first after 10 s, the last after 23 h and some minutes."""
    schedule = WorkerSettings.from_environ({}).retry_schedule_seconds

    assert len(schedule) == 14
    assert schedule[0] == 10
    # 10+30+60+120+300+600+1200+2400 = 4,720; +3600+7200+10800+14400+21600+21600 = 83,920
    assert sum(schedule) == 83_920

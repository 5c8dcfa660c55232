import threading

import pytest

from worker.errors import PostponedError
from worker.http_client import ANSWER_SECONDS, CONNECT_SECONDS
from worker.run.stopping import (
    FORCE_SECONDS,
    GRACE_SECONDS,
    LAST_WORDS_SECONDS,
    REASON,
    Stopping,
)


HEROKU_SECONDS = 30


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def stopping(clock: Clock) -> Stopping:
    """A process that does not stop."""
    return Stopping(clock)


def test_a_call_fits_before_the_end_and_the_end_fits_into_what_heroku_gives() -> None:
    """The last call begins within the grace, ends before the force, and then there is time left."""
    assert GRACE_SECONDS + CONNECT_SECONDS + ANSWER_SECONDS < FORCE_SECONDS
    assert FORCE_SECONDS + LAST_WORDS_SECONDS < HEROKU_SECONDS


def test_nothing_changes_without_a_stop(stopping: Stopping, clock: Clock) -> None:
    """However long it runs."""
    clock.now += 1_000_000

    stopping.check()

    assert not stopping.begun
    assert stopping.force_left() == FORCE_SECONDS


def test_a_job_runs_for_a_while_and_then_goes_back(stopping: Stopping, clock: Clock) -> None:
    """It uses up no try, and it need not wait."""
    stopping.begin()
    assert stopping.begun
    clock.now += GRACE_SECONDS - 0.01
    stopping.check()
    clock.now += 0.02

    with pytest.raises(PostponedError) as caught:
        stopping.check()

    assert (caught.value.reason, caught.value.seconds) == (REASON, 0)


def test_a_second_signal_gives_no_more_time(stopping: Stopping, clock: Clock) -> None:
    """The first one counts."""
    stopping.begin()
    clock.now += 20
    stopping.begin()

    assert stopping.force_left() == FORCE_SECONDS - 20
    clock.now += 10
    assert stopping.force_left() == 0


def test_nothing_is_given_back_before_its_time(stopping: Stopping) -> None:
    """Neither before the stop nor right after it."""
    happened: list[object] = []
    ended = threading.Event()

    def leave(code: int) -> None:
        happened.append(code)
        ended.set()

    stopping.watch(lambda: happened.append("given back"), leave)
    assert not ended.wait(0.1)
    stopping.begin()
    assert not ended.wait(0.1)
    assert happened == []


@pytest.mark.parametrize("late", [FORCE_SECONDS, FORCE_SECONDS + 100])
def test_a_watch_that_begins_late_does_not_wait(
    monkeypatch: pytest.MonkeyPatch, late: float
) -> None:
    """With the time over, what runs is given back once and the process ends at once."""
    # A thread of a busy machine may take its time to begin.
    monkeypatch.setattr("worker.run.stopping.LAST_WORDS_SECONDS", 60)
    happened: list[object] = []
    ended = threading.Event()
    times = iter([0.0, late, late, late])
    stopping = Stopping(lambda: next(times))

    def leave(code: int) -> None:
        happened.append(code)
        ended.set()

    stopping.watch(lambda: happened.append("given back"), leave)
    stopping.begin()

    assert ended.wait(30)
    assert happened == ["given back", 0]


def test_a_store_that_does_not_answer_does_not_keep_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Giving back has its time; then the process ends with 1, and leases free the jobs."""
    monkeypatch.setattr("worker.run.stopping.LAST_WORDS_SECONDS", 0.05)
    codes: list[int] = []
    ended, never = threading.Event(), threading.Event()
    times = iter([0.0, FORCE_SECONDS])
    stopping = Stopping(lambda: next(times))

    def leave(code: int) -> None:
        codes.append(code)
        ended.set()

    stopping.watch(lambda: (never.wait(60), None)[1], leave)
    stopping.begin()

    assert ended.wait(30)
    assert codes == [1]
    never.set()

import doctest

import pytest

from sandbox.webhooks import schedule


@pytest.mark.parametrize(
    ("failed_tries", "minutes"),
    [
        (1, 1),
        (2, 2),
        (3, 4),
        (4, 8),
        (5, 16),
        (6, 32),
        (7, 60 + 4),
        (8, 2 * 60 + 8),
        (9, 4 * 60 + 16),
        (10, 8 * 60 + 32),
        (11, 17 * 60 + 4),
        (12, None),
        (13, None),
    ],
)
def test_waits_double_until_the_webhook_is_disabled(failed_tries: int, minutes: int | None) -> None:
    """Each failed try doubles the wait; the twelfth is the last."""
    wait = schedule.wait_after(failed_tries, speedup=1)
    assert wait == (None if minutes is None else minutes * 60)


def test_speedup_shortens_the_wait() -> None:
    """At a speedup of 60 a documented minute is a second."""
    assert schedule.wait_after(4, speedup=60) == 8.0


@pytest.mark.parametrize(("speedup", "seconds"), [(1, 10), (5, 2), (60, 1), (0.5, 20)])
def test_answer_limit_is_scaled_down_to_a_second(speedup: float, seconds: float) -> None:
    """A receiver has ten scaled seconds to answer, but never less than one real one."""
    assert schedule.answer_limit(speedup=speedup) == seconds


def test_examples_in_the_docstrings_are_true() -> None:
    """What the docstrings show is what the functions return."""
    assert doctest.testmod(schedule).failed == 0

"""How near something kept is to its bounds: values, with the time passed in."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.admin.views import KeptView, kept_completed, kept_failed


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _failed(count: int, age_seconds: float | None) -> KeptView:
    oldest = None if age_seconds is None else NOW - timedelta(seconds=age_seconds)
    return kept_failed(count, oldest=oldest, now=NOW, limit=10, keep_seconds=100)


@pytest.mark.parametrize(
    ("count", "age_seconds", "ratio"),
    [
        (0, None, 0.0),
        (1, 0, 0.1),
        (1, 50, 0.5),
        (8, 50, 0.8),
        (10, 10, 1.0),
        (1, 100, 1.0),
        (1, 150, 1.5),
        (25, 150, 2.5),
    ],
)
def test_the_nearer_bound_counts(count: int, age_seconds: float | None, ratio: float) -> None:
    """The fill ratio is the larger of number and age, and continues above 1."""
    assert _failed(count, age_seconds).fill_ratio == pytest.approx(ratio)


def test_the_next_drop_is_when_the_oldest_is_too_old() -> None:
    """An oldest job of 30 s that is kept for 100 s goes in 70 s; with none, nothing goes."""
    assert _failed(1, 30).next_drop == NOW + timedelta(seconds=70)
    assert _failed(0, None).next_drop is None


def test_before_a_worker_has_reported_its_bounds_nothing_is_claimed() -> None:
    """Without bounds there is a number and no ratio."""
    failed = kept_failed(3, oldest=NOW, now=NOW, limit=None, keep_seconds=None)
    completed = kept_completed(3, limit=None)

    for kept in (failed, completed):
        assert (kept.count, kept.limit, kept.fill_ratio, kept.next_drop) == (3, None, None, None)


def test_markers_are_judged_by_number() -> None:
    """A marker's age is bounded by its own life."""
    assert kept_completed(9, limit=10).fill_ratio == pytest.approx(0.9)

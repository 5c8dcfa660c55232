"""What came as an assignment ended may be the next one's reward."""

from datetime import UTC, datetime, timedelta

import pytest

from worker.revocation.evidence.window import Window


ASSIGNED = datetime(2026, 1, 5, 12, tzinfo=UTC)
REMOVED = ASSIGNED + timedelta(minutes=10)


def _later(seconds: float) -> datetime:
    return ASSIGNED + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "moments", "wanted"),
    [
        (599.5, (), True),
        (597.9, (), False),
        (0.5, (), False),
        (599.5, (599.4,), False),
        (599.5, (0.4, 599.4), True),
        (599.5, (0.4,), True),
        (599.5, (-3600.0, 599.4), False),
    ],
    ids=[
        "within two seconds of the removal",
        "before that",
        "at the assignment",
        "by the assignment's own conversion",
        "by a second conversion",
        "after its own conversion",
        "the conversion before was of an earlier assignment",
    ],
)
def test_the_end_of_an_assignment(
    seconds: float, moments: tuple[float, ...], *, wanted: bool
) -> None:
    """What was given for the first conversion is its own; no one knows of what else came then."""
    window = Window(
        assigned=ASSIGNED, removed=REMOVED, moments=tuple(_later(each) for each in moments)
    )

    assert window.is_at_the_end(_later(seconds)) is wanted

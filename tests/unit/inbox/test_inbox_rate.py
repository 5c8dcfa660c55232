import pytest

from inbox.model.rate import Rate
from settings.parsers import rate


@pytest.mark.parametrize(
    ("text", "count", "milliseconds"),
    [
        ("1/second", 1, 1_000),
        ("100/minute", 100, 60_000),
        ("1000/hour", 1000, 3_600_000),
        ("999999999/day", 999_999_999, 86_400_000),
        ("007/day", 7, 86_400_000),
    ],
)
def test_a_rate_is_read(text: str, count: int, milliseconds: int) -> None:
    """A number and a unit are a rate."""
    found = Rate.of(rate(text))

    assert (found.count, found.ms) == (count, milliseconds)
    assert isinstance(found.ms, int)


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "100", "100/", "/minute", "0/minute", "-1/minute", "1.5/minute", "1e3/hour",
        "100/week", "100/Minute", "100/minutes", "100 / minute", " 100/minute", "100/minute ",
        "100/minute/hour", "1000000000/hour", "\u0661/hour", "²/hour", "100/60",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    """What is not exactly a rate says what one is, and does not repeat what it was given."""
    with pytest.raises(ValueError, match="must be a number, a slash and one of second, minute"):
        rate(text)


def test_parts_of_a_second_are_whole_milliseconds() -> None:
    """The store is given whole numbers."""
    assert Rate(1, 0.0015).ms == 1

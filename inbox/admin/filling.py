"""
How fast the store fills, and when it is full: from samples of its memory.

A sample is the least that was used within four hours (`report_worker.lua`). The least of a day is
compared with the least of an earlier day, so that what only waits does not count as growth: the
store has it for hours, and a day has a quiet hour. What waits for longer than a day does count,
because it may never go.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple


#: The span of one sample, as report_worker.lua has it.
SPAN: Final = timedelta(hours=4)

DAY: Final = timedelta(days=1)

#: Samples of a day that are needed to know its least: it has six, and one may be missing.
ENOUGH: Final = 5

#: Days over which growth is measured. Yesterday shows a change soon; a week has a weekend too.
OVER_DAYS: Final = (1, 7)

Samples = Mapping[datetime, int]


class Growth(NamedTuple):
    """
    How much of the store is used, and how much a day is added.

    Attributes:
        base: the least of the last 24 hours, in bytes.
        daily: bytes a day, below 0 if it gets less.
    """

    base: int
    daily: float


def growth(samples: Samples, now: datetime) -> Growth | None:
    """
    Return the larger of the growth of the last day and of the last week.

    Args:
        samples: bytes in use by the beginning of each span.
        now: the store's time.

    Returns:
        None if too little is known: the first two days, or workers that did not run.
    """
    base = _least(samples, now)
    earlier = {days: _least(samples, now - days * DAY) for days in OVER_DAYS}
    slopes = [
        (base - least) / days
        for days, least in earlier.items()
        if base is not None and least is not None
    ]
    return Growth(base, max(slopes)) if base is not None and slopes else None


def days_until_full(found: Growth, usable: int) -> float | None:
    """
    Return in how many days webhooks are refused; None for never.

    Args:
        found: what is added.
        usable: the use from which they are, in bytes.
    """
    if found.daily <= 0:
        return None
    # Of a store that grows, the least of 24 hours is what it was at their beginning.
    return max((usable - found.base) / found.daily - 1, 0.0)


def _least(samples: Samples, end: datetime) -> int | None:
    """Return the least of the 24 hours before a time; None if too few samples are there."""
    found = [used for at, used in samples.items() if end - DAY < at <= end]
    return min(found) if len(found) >= ENOUGH else None

"""A store that fills, hour by hour, as its INFO and a worker's samples would report it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from inbox.admin.filling import SPAN
from inbox.store.headroom import bytes_usable


BEGIN: Final = datetime(2026, 3, 1, 7, 20, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)

#: A plan of 50 MB, and the use from which its webhooks are refused.
MAXMEMORY: Final = 50_000_000
USABLE: Final = bytes_usable(MAXMEMORY) or 0

#: What a removal leaves behind, in bytes, and for how many days.
REMOVAL: Final = 560
REMEMBERED_DAYS: Final = 190

#: What buffers of clients take by chance, at most.
JITTER: Final = 200_000

#: How many are remembered of so many a day before day 0, and so many since.
Used = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Hour:
    """What a store reports: its INFO, its samples by number, its time; and the days since BEGIN."""

    info: dict[str, Any]
    samples: dict[str, int]
    now: datetime
    day: float


def info(used: float, maxmemory: int = MAXMEMORY) -> dict[str, Any]:
    """Return what INFO reports of a store that uses so much."""
    return {"used_memory": int(used), "maxmemory": maxmemory, "maxmemory_policy": "noeviction"}


def removals(before: float, since: float, *, at_begin: float) -> Used:
    """
    Return the use of a store by the removals that come in a day.

    Args:
        before: removals a day until day 0.
        since: removals a day from then on; those of `before` are forgotten meanwhile.
        at_begin: bytes in use on day 0, the other things in it included.
    """

    def used(day: float) -> float:
        new = since * min(day, REMEMBERED_DAYS) if day > 0 else before * day
        gone = before * min(day, REMEMBERED_DAYS)
        return at_begin + (new - gone) * REMOVAL

    return used


def hours(
    used: Used,
    days: float,
    *,
    begin: float = 0.0,
    maxmemory: int = MAXMEMORY,
    seed: int = 1,
    jitter: int = JITTER,
) -> Iterator[Hour]:
    """Yield every hour from day `begin` on, and keep of each span the least, as workers do."""
    chance, samples = random.Random(seed), dict[str, int]()
    for number in range(int(24 * (days - begin)) + 1):
        now = BEGIN + timedelta(days=begin) + number * HOUR
        day = begin + number / 24
        reported = info(used(day) + chance.uniform(0, jitter), maxmemory)
        span = str(int(now.timestamp() // SPAN.total_seconds()))
        samples[span] = min(samples.get(span, reported["used_memory"]), reported["used_memory"])
        yield Hour(reported, dict(samples), now, day)

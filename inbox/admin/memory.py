"""The store's memory as metrics, pages and the command line show it, and the words they share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from inbox.admin.filling import SPAN, days_until_full, growth
from inbox.admin.views import FillState, MemoryView
from inbox.model.time import moment
from inbox.store.headroom import bytes_left, bytes_usable, evicts, policy_of, said_of


#: A store that is full sooner is warned of: 14 days are left for a person, even if the alert waits
#: for an hour and buffers come and go.
SOON_DAYS: Final = 15

#: What happens then, and what to do about it; the alert says the same.
REFUSED: Final = "webhooks are answered 503"
ADVICE: Final = "Give the store more memory, or shorten a retention."

#: Beyond so many days a number says nothing.
MOST_DAYS: Final = 3_650


def memory_view(
    info: dict[str, Any], samples: Mapping[str, int], now: datetime
) -> MemoryView | None:
    """
    Return the view of what the store says; None if it says nothing.

    Args:
        info: its INFO memory.
        samples: bytes in use by the number of each span since 1970.
        now: its time.
    """
    if "used_memory" not in info:
        return None
    limit, left = int(info.get("maxmemory", 0)), bytes_left(info)
    usable = bytes_usable(limit)
    at = {moment(int(n) * SPAN.total_seconds() * 1000): used for n, used in samples.items()}
    found = growth(at, now)
    days = None if found is None or usable is None else days_until_full(found, usable)
    if left is not None and left <= 0:
        state, days = FillState.FULL, 0.0
    elif left is None:
        state = FillState.NO_LIMIT
    elif found is None:
        state = FillState.UNKNOWN
    else:
        state = FillState.STEADY if days is None else FillState.FILLING
    return MemoryView(
        used=int(info["used_memory"]),
        limit=limit or None,
        left=left,
        policy=policy_of(info),
        evicts=evicts(info) is not None,
        daily=None if found is None else found.daily,
        state=state,
        full_days=days,
    )


def outlook(memory: MemoryView | None) -> str:
    """Return in words how much is added, and when the store is full."""
    if memory is None:
        return "The store does not report its memory."
    if memory.state is FillState.FULL:
        return f"It is full: {REFUSED}."
    if memory.daily is None:
        added = "What a day adds is known after two days."
    elif memory.daily <= 0:
        added = "It does not fill: no more is added than goes."
    else:
        added = f"{in_bytes(memory.daily)} a day are added."
    if memory.state is FillState.NO_LIMIT:
        return f"{added} No maxmemory is reported: nobody knows when it is full."
    if memory.full_days is None:
        return added
    return f"{added} At this rate it is full in {in_days(memory.full_days)}."


def is_full_soon(memory: MemoryView) -> bool:
    """Return whether fewer than `SOON_DAYS` are left."""
    return memory.full_days is not None and memory.full_days < SOON_DAYS


def warnings(memory: MemoryView | None) -> tuple[str, ...]:
    """Return what an operator must do something about, in words."""
    if memory is None:
        return ()
    found = []
    if memory.evicts and memory.policy is not None:
        said = said_of(memory.policy)
        found.append(f"{said[:1].upper()}{said[1:]}. Set it to noeviction.")
    if memory.state is FillState.FULL:
        found.append(f"The store is full: {REFUSED}. {ADVICE}")
    elif memory.full_days is not None and is_full_soon(memory):
        found.append(f"The store is full in {in_days(memory.full_days)}. Then {REFUSED}. {ADVICE}")
    return tuple(found)


def in_bytes(number: float) -> str:
    """Return bytes in the largest unit that fits, such as 420 KB."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if abs(number) >= factor:
            short = number / factor
            return f"{short:,.0f} {unit}" if abs(short) >= 10 else f"{short:,.1f} {unit}"
    return f"{number:.0f} bytes"


def in_days(number: float) -> str:
    """Return whole days that are left, or that it is less than one."""
    if number < 1:
        return "less than a day"
    if number > MOST_DAYS:
        return "more than 10 years"
    return "1 day" if number < 2 else f"{int(number):,} days"

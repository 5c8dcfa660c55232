"""How the times that are kept need each other; the least of each alone is in `settings.needs`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from settings.needs import DECISION_SECONDS, METADATA_SECONDS


#: A wait between two tries may be longer than its schedule says by this factor
#: (`worker.run.verdict.JITTER`).
LONGEST_WAIT: Final = 1.2


_TOO_SHORT_FOR_WINDOW: Final = (
    "must be at least {}, which is DEDUPE_WINDOW_SECONDS: a duplicate must belong to a removal "
    "that is still known"
)
_TOO_OLD_FOR_MEMORY: Final = (
    "must be at most {}, which is REMOVAL_MEMORY_SECONDS: a copy of a removal that is no longer "
    "known must count as stale, or it is taken back twice"
)
_TOO_OLD_FOR_WINDOW: Final = (
    "must be at most {}, which is DEDUPE_WINDOW_SECONDS, where HANDLERS is set: a copy of an event "
    "that is no longer known must count as stale, or own handlers act twice"
)
_TOO_MANY_TRIES: Final = (
    "must add up to at most {}: the ledger, which forgets after REMOVAL_MEMORY_SECONDS, must know "
    "a job's effects until its retry has ended"
)
_TRIES_TOO_LONG: Final = (
    "must add up to at most {} with MARK_CUSTOMER=on and PERKS_BACKEND=voucherify: what setting "
    "the mark may have removed from a customer's metadata is kept for 2 days, and a later try "
    "puts it back"
)
_FAILED_TOO_LONG: Final = (
    "must be at most {}, REMOVAL_MEMORY_SECONDS less the tries before and after a retry: a retry "
    "is safe while the ledger knows the job's effects"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """
    What is kept for how long, in seconds; None for a setting that is wrong by itself.

    Attributes:
        window: DEDUPE_WINDOW_SECONDS.
        memory: REMOVAL_MEMORY_SECONDS.
        failed: FAILED_KEEP_SECONDS.
        age: MAX_EVENT_AGE_SECONDS; 0 for any.
        waits: RETRY_SCHEDULE_SECONDS.
        own_handlers: whether HANDLERS names any module.
        marks: whether customers of Voucherify are marked.
    """

    window: int | None
    memory: int | None
    failed: int | None
    age: int | None
    waits: Sequence[float] | None
    own_handlers: bool
    marks: bool


def conflicts(kept: Kept) -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that breaks another's promise, and a sentence about it."""
    window, memory, age = kept.window, kept.memory, kept.age
    if window is not None and memory is not None and memory < window:
        yield "REMOVAL_MEMORY_SECONDS", _TOO_SHORT_FOR_WINDOW.format(window)
    if age is not None and memory is not None and age > memory:
        yield "MAX_EVENT_AGE_SECONDS", _TOO_OLD_FOR_MEMORY.format(memory)
    elif kept.own_handlers and age is not None and window is not None and age > window:
        yield "MAX_EVENT_AGE_SECONDS", _TOO_OLD_FOR_WINDOW.format(window)
    if memory is not None and kept.waits is not None:
        most = longest_kept(memory, kept.waits)
        if most < DECISION_SECONDS:
            most_sum = longest_sum(memory, DECISION_SECONDS)
            yield "RETRY_SCHEDULE_SECONDS", _TOO_MANY_TRIES.format(most_sum)
        elif kept.failed is not None and kept.failed > most:
            yield "FAILED_KEEP_SECONDS", _FAILED_TOO_LONG.format(most)
    if kept.marks and kept.waits is not None and longest(kept.waits) > METADATA_SECONDS:
        most_sum = int(METADATA_SECONDS / LONGEST_WAIT)
        yield "RETRY_SCHEDULE_SECONDS", _TRIES_TOO_LONG.format(most_sum)


def longest(waits: Sequence[float]) -> float:
    """Return how many seconds a job's tries may take, without the time that they run."""
    return sum(waits) * LONGEST_WAIT


def longest_kept(memory: int, waits: Sequence[float]) -> int:
    """
    Return for how many seconds a failed job may be kept so that its retry knows its effects.

    An effect is remembered from the first run on. Tries follow, then the job is failed, then a
    person's retry gives it all tries again.

    Args:
        memory: seconds for which the ledger knows an effect.
        waits: seconds between the job's tries.
    """
    return int(memory - 2 * longest(waits))


def longest_sum(memory: int, failed: int) -> int:
    """
    Return how many seconds the waits of a job may add up to.

    Args:
        memory: seconds for which the ledger knows an effect.
        failed: seconds for which a failed job is kept.
    """
    return int((memory - failed) / (2 * LONGEST_WAIT))

"""What a test does about a machine that may stand still for some seconds."""

from collections.abc import Callable
from typing import TypeVar


T = TypeVar("T")

TRIES = 3


def of_three(act: Callable[[], T], right: Callable[[T], bool]) -> T:
    """
    Act up to three times, until what comes of it is right; return what came last.

    For what must be so within a short time. A machine that stands still breaks such a bound
    once, a fault of ours breaks it each time.
    """
    found = act()
    for _ in range(TRIES - 1):
        if right(found):
            break
        found = act()
    return found

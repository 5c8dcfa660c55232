"""
The durability that a write must have before it is relied on (ACCEPT_DURABILITY).

    round:  joined ─▶ joined ─▶ sent to the store ─▶ answered for all who had joined
                                     │ later writers join the next round

WAITAOF on each writer's own connection would hold that connection for as long as the disk takes,
so the writers of a process share rounds instead. docs/decisions/0010 explains why and how.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Final

from inbox.errors import InboxUnavailableError


#: Rounds at the same time, and the connections for them.
ROUNDS: Final = 4

#: Seconds between two starts while a round is under way. A disk that writes once a second gains
#: nothing by more, and one that answers at once is asked again at once.
SPACING_SECONDS: Final = 0.25

#: Seconds beyond its deadline for which a writer waits for the store's own answer, so that
#: its reason is reported and not only that it has not answered.
GRACE_SECONDS: Final = 0.2


class Durability(StrEnum):
    """What an accepted webhook must have survived before it is answered 202."""

    MEMORY = "memory"
    FSYNC = "fsync"
    REPLICA = "replica"
    #: The store answers a write when it is durable, so an answer is all there is to wait for.
    MANAGED = "managed"

    @property
    def is_asked_for(self) -> bool:
        """Return whether the store is to confirm it beyond its answer to the write."""
        return self in {Durability.FSYNC, Durability.REPLICA}


#: Asks the store whether all that was written so far is durable, and that these keys are there;
#: waits for so many milliseconds. Raises InboxUnavailableError.
Ask = Callable[[Collection[str], int], None]


@dataclass(slots=True, eq=False)
class _Round:
    """Writers that are answered together."""

    keys: set[str] = field(default_factory=set)
    latest: float = 0.0
    refused: InboxUnavailableError | None = None
    answered: threading.Event = field(default_factory=threading.Event)


class Barrier:
    """
    Lets writers wait until what they wrote is durable.

    Only writers that had joined a round before it was sent to the store are answered by it: the
    round's own write comes after theirs, so what covers it covers them.

    Args:
        ask: see `Ask`; it is called by threads of the barrier's own, and returns in any case.
        rounds: how many may be under way at once.
        clock: gives seconds.
    """

    def __init__(
        self, ask: Ask, *, rounds: int = ROUNDS, clock: Callable[[], float] = monotonic
    ) -> None:
        self._ask = ask
        self._rounds = rounds
        self._clock = clock
        self._work = threading.Condition()
        self._open = _Round()
        self._under_way = 0
        self._last_start = 0.0
        self._started = False

    def wait(self, key: str, deadline: float) -> None:
        """
        Wait until what was written so far, with this key, is durable.

        Args:
            key: was just written; it must still be there, which it is not in a store that
                was replaced by another meanwhile.
            deadline: monotonic time by which the store must have said so.

        Raises:
            InboxUnavailableError: it has not, and why. What was written stays written.
        """
        with self._work:
            self._start_threads()
            joined = self._open
            joined.keys.add(key)
            joined.latest = max(joined.latest, deadline)
            self._work.notify()
        if not joined.answered.wait(deadline + GRACE_SECONDS - self._clock()):
            # Past the end of the wait that it was asked for, it is not the disk that is slow.
            hangs = self._clock() > joined.latest
            raise InboxUnavailableError("timeout" if hangs else "not_durable")
        if joined.refused is not None:
            raise InboxUnavailableError(joined.refused.reason, joined.refused.sentence)

    def _start_threads(self) -> None:
        # Not before the first wait: servers may fork after they have loaded the application.
        if not self._started:
            self._started = True
            for number in range(self._rounds):
                name = f"durability-{number}"
                threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        while True:
            with self._work:
                self._await_turn()
                # From here on, a writer joins the next round: the order is what matters most.
                sent, self._open = self._open, _Round()
                self._under_way += 1
                self._last_start = self._clock()
                wait_ms = max(int((sent.latest - self._last_start) * 1000), 1)
            try:
                self._ask(sent.keys, wait_ms)
            except InboxUnavailableError as error:
                sent.refused = error
            except Exception as error:  # noqa: BLE001 - a thread that ended would leave all waiting
                sent.refused = InboxUnavailableError("refused")
                sent.refused.__cause__ = error
            sent.answered.set()
            with self._work:
                self._under_way -= 1
                self._work.notify()

    def _await_turn(self) -> None:
        while True:
            if not self._open.keys:
                self._work.wait()
                continue
            left = seconds_to_start(self._under_way, self._last_start, self._clock())
            if left <= 0:
                return
            self._work.wait(left)


def seconds_to_start(under_way: int, last_start: float, now: float) -> float:
    """Return when the next round may start: at once if none is under way, else some time apart."""
    if under_way == 0:
        return 0.0
    return max(last_start + SPACING_SECONDS - now, 0.0)

"""
How a worker stops within the 30 seconds that Heroku gives it, and loses nothing.

   0 s  it takes no more messages and begins no more jobs; those that run go on
   8 s  a job goes back at its next outgoing call; none of these lasts longer than 13 s
  25 s  what still runs is given back, and the process ends in the middle of it
"""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from worker.errors import PostponedError


#: Most jobs are done in this time; to go back costs another worker all their reading again.
GRACE_SECONDS: Final = 8.0

#: What has not ended by then hangs: 8 s, and a call of 13 s, are over.
FORCE_SECONDS: Final = 25.0

#: How long giving back may take; a store that does not answer must not use up the rest.
LAST_WORDS_SECONDS: Final = 3.0

REASON: Final = "worker_stopping"
_MESSAGE: Final = "the job's worker was told to stop"


def given_back() -> PostponedError:
    """Tell that a job goes back to the queue; it uses up no try and need not wait."""
    return PostponedError(REASON, _MESSAGE, seconds=0)


class Stopping:
    """Whether this process was told to stop, and since when."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._told = threading.Event()

    @property
    def begun(self) -> bool:
        """Whether it was told to stop: no job is begun any more."""
        return self._since is not None

    def begin(self) -> None:
        """Stop; called in a signal handler, so nothing here waits. Only the first call counts."""
        if self._since is None:
            self._since = self._clock()
            self._told.set()

    def check(self) -> None:
        """
        Let a job go on to its next outgoing call.

        To stop here is no worse than a crash here, after which every job can go on.

        Raises:
            PostponedError: the time for jobs to end by themselves is over.
        """
        if self._since is not None and self._clock() - self._since >= GRACE_SECONDS:
            raise given_back()

    def force_left(self) -> float:
        """Give the seconds until the process must end, whatever it is doing."""
        since = self._clock() if self._since is None else self._since
        return max(0.0, since + FORCE_SECONDS - self._clock())

    def watch(self, give_back: Callable[[], None], leave: Callable[[int], object]) -> None:
        """
        Wait in a thread for the stop, and end the process when its time is over.

        Args:
            give_back: returns what still runs to the queues.
            leave: ends the process at once with an exit code.
        """

        def wait() -> None:
            # The thread is there before the signal: none can be started in a signal handler,
            # which may have interrupted the start of another one.
            self._told.wait()
            threading.Event().wait(self.force_left())
            last_words = threading.Thread(target=give_back, name="give-back", daemon=True)
            last_words.start()
            last_words.join(LAST_WORDS_SECONDS)
            leave(1 if last_words.is_alive() else 0)

        threading.Thread(target=wait, name="stopping", daemon=True).start()

"""
How a worker stops within the 30 seconds that Heroku gives it, and loses nothing.

   0 s  it receives no more messages and begins no more jobs; those that run continue
   8 s  a job goes back to its queue at its next outgoing call; no call lasts longer than 13 s
  25 s  jobs that still run are given back, and the process ends
"""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from worker.errors import PostponedError


#: Most jobs end in this time; another worker must read everything again for one that goes back.
GRACE_SECONDS: Final = 8.0

#: A job that has not ended by then hangs: 8 s and a call of 13 s are over.
FORCE_SECONDS: Final = 25.0

#: How long giving back may take; a store that does not answer must not use up the rest.
LAST_WORDS_SECONDS: Final = 3.0

REASON: Final = "worker_stopping"
_MESSAGE: Final = "the job's worker stops"


def given_back() -> PostponedError:
    """Return the error of a job that goes back to its queue: no try is used up, no wait."""
    return PostponedError(REASON, _MESSAGE, seconds=0)


class Stopping:
    """Whether this process must stop, and since when."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._signalled = threading.Event()

    @property
    def begun(self) -> bool:
        """Whether it must stop: no more jobs begin."""
        return self._since is not None

    def begin(self) -> None:
        """Stop. Called in a signal handler, so nothing here waits; only the first call counts."""
        if self._since is None:
            self._since = self._clock()
            self._signalled.set()

    def check(self) -> None:
        """
        Let a job continue to its next outgoing call.

        Stopping here is no worse than a crash here, after which every job can resume.

        Raises:
            PostponedError: the time for jobs to end by themselves is over.
        """
        if self._since is not None and self._clock() - self._since >= GRACE_SECONDS:
            raise given_back()

    def force_left(self) -> float:
        """Return the seconds until the process must end."""
        since = self._clock() if self._since is None else self._since
        return max(0.0, since + FORCE_SECONDS - self._clock())

    def watch(self, give_back: Callable[[], None], leave: Callable[[int], object]) -> None:
        """
        Start a thread that waits for the stop, and ends the process when its time is over.

        Args:
            give_back: returns jobs that still run to the queues.
            leave: ends the process at once with an exit code.
        """

        def wait() -> None:
            # The thread exists before the signal: none can be started in a signal handler,
            # which may have interrupted the start of another one.
            self._signalled.wait()
            threading.Event().wait(self.force_left())
            last_words = threading.Thread(target=give_back, name="give-back", daemon=True)
            last_words.start()
            last_words.join(LAST_WORDS_SECONDS)
            leave(1 if last_words.is_alive() else 0)

        threading.Thread(target=wait, name="stopping", daemon=True).start()

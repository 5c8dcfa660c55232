"""What a handler knows of the job that it runs for."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


#: Takes a step, given the key for a downstream that knows idempotency keys; returns a few words
#: on what was done, without personal data.
Act = Callable[[str], str | None]

#: Asks the downstream whether a step was taken; returns words as `Act` does, None if it was not.
Check = Callable[[str], str | None]


class Job(Protocol):
    """The job that a handler runs for; `worker.run.job.ClaimedJob` is one."""

    @property
    def id(self) -> str:
        """The job's id, `<delivery>:<handler>`."""

    @property
    def delivery(self) -> str:
        """The id of its delivery."""

    @property
    def deadline(self) -> float:
        """Monotonic time after which the lease may be over: each call must end before it."""

    @property
    def tries(self) -> int:
        """Runs since it was accepted or retried, this one included."""

    @property
    def again(self) -> bool:
        """Whether an earlier run began, so this one may resume with what that one found."""

    @property
    def customer(self) -> str:
        """Id of the customer the event is about; empty for none."""

    @property
    def redacted(self) -> bool:
        """Whether the customer was erased: only ids and Voucherify's own words are left."""

    @property
    def dry_run(self) -> bool:
        """Whether `once` only reports what it would do."""

    @property
    def now(self) -> Callable[[], datetime]:
        """Return the time by the store's clock: this machine's may be wrong."""

    @property
    def count_call(self) -> Callable[[], None]:
        """Count an outgoing call before it is made; raises PostponedError when none is left."""

    @property
    def spare_call(self) -> Callable[[], None]:
        """Count a call that can wait; it leaves the calls that jobs which move money may need."""

    @property
    def limit_reached(self) -> Callable[[float], None]:
        """Keep other jobs away for the seconds that the downstream's limit is used up."""

    def sparing(self) -> "Job":
        """Return the same job with all calls counted as calls that can wait."""

    def once(
        self,
        step: str,
        about: str | None,
        act: Act,
        *,
        check: Check | None = None,
        repeatable: bool = False,
    ) -> str:
        """
        Take a step of a shop's own handler once, however often the event or the job comes.

        Args:
            step: what is done, such as `notify-warehouse`.
            about: id of what it is done for, once: an event's `event.id`, or the id of the thing
                that the event is about if several events may name it.
            act: does it. It gets a key, the same at every run, for downstreams that know
                idempotency keys. It raises NotDoneError, PermanentError or PostponedError if
                certainly nothing was done; after any other error that is unknown.
            check: asks whether it was done if an earlier run left that open; returns its note,
                or None if it was not.
            repeatable: doing it twice is harmless, so it is done again if in doubt.

        Returns:
            The note that `act` or `check` gave when it was done, now or earlier.

        Raises:
            NeedsPersonError: it is unknown whether it was done.
            PostponedError: another run of it may still be under way.
        """

    def key(self, step: str, about: str | None) -> str:
        """Return the key that `once` hands to this step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from inbox.breaker import Gate
from inbox.model.assignment import Assignment
from inbox.model.rate import Rate
from inbox.plans import Draft
from inbox.privacy.erasure import Erasure
from schemas import HolderAssignmentDeleted
from worker.effects.names import Origin
from worker.effects.steps import Act, Check, Ledger, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job that a handler runs for."""

    id: str
    delivery: str
    #: Monotonic time after which the lease may be over: no call is begun that could end later.
    deadline: float
    #: The time by the store's clock: this machine's may be wrong.
    now: Callable[[], datetime]
    #: Runs since it was accepted or retried, this one included.
    tries: int = 1
    #: Whether an earlier run of it was begun, and it may resume with what that one found.
    again: bool = False
    #: Told before each outgoing call, which may have a shared budget; raises PostponedError
    #: when none is left.
    count_call: Callable[[], None] = lambda: None
    #: The same before a call that can wait: raises unless more calls are left than jobs that
    #: move money may need.
    spare_call: Callable[[], None] = lambda: None
    #: Told when the downstream says that its limit is used up for so many seconds.
    limit_reached: Callable[[float], None] = lambda _: None
    #: Whom the event is about; empty for nobody.
    customer: str = ""
    #: The customer was erased: of the body, ids and words of Voucherify's are all that is left.
    reduced: bool = False
    #: What `once` works with.
    steps: Steps = field(default_factory=lambda: Steps(None, Origin(handler="", event="", job="")))

    @property
    def dry_run(self) -> bool:
        """Whether `once` only tells what it would do."""
        return self.steps.dry_run

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
            step: what is done, such as `tell-warehouse`.
            about: id of what it is done for, which is done once: an event's `event.id`, or the
                id of the thing that the event tells of if several events may tell of it.
            act: does it. It is given a key, the same at every run, for downstreams that know
                idempotency keys. It raises NotDoneError, PermanentError or PostponedError if
                nothing was done for certain; after any other error nobody knows.
            check: asks whether it was done, where an earlier run left that open; gives its note,
                or None if it was not.
            repeatable: doing it twice is harmless, so it is done again if in doubt.

        Returns:
            The note that `act` or `check` gave when it was done, now or earlier.

        Raises:
            NeedsPersonError: nobody knows whether it was done.
            PostponedError: another run of it may still be under way.
        """
        return self.steps.once(step, about, act, check=check, repeatable=repeatable)

    def key(self, step: str, about: str | None) -> str:
        """Give the key that `once` hands to this step."""
        return self.steps.key(step, about)


class PerksBackend(Protocol):
    """What takes referral perks back."""

    def revoke(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """
        Take back what the removed assignment had earned, once however often it is called.

        Returns:
            A few words for operators on what was done, without personal data.

        Raises:
            PermanentError: this cannot be done, and trying again cannot mend it.
            RetryableError: this could not be done now.
        """

    def plan(self, event: HolderAssignmentDeleted, job: Job) -> Draft:
        """Tell what `revoke` would do now, by reading alone; errors as there."""

    def close(self) -> None:
        """Give up connections."""


class CrmBackend(Protocol):
    """What tells the CRM."""

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Tell that the customer's assignment was removed; errors as `PerksBackend.revoke`."""

    def close(self) -> None:
        """Give up connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers act on."""

    perks: PerksBackend
    crm: CrmBackend
    erasure: Erasure
    #: Where steps of own handlers are noted.
    ledger: Ledger | None = None
    #: What stands between jobs and a downstream that is down, by the handlers' queue.
    gates: Mapping[str, Gate] = field(default_factory=dict)
    #: Notes that a canary came through; gives the seconds it took.
    note_canary: Callable[[datetime], float] = lambda _: 0.0
    #: Remembers an assignment that began; false if nobody will look for its removal.
    remember: Callable[[Assignment], bool] = lambda _: False
    #: How many jobs of a handler that moves money may act in a time; None for no brake.
    brake: Rate | None = None
    #: How many of them may be of one campaign, in a time of its own; None for any number.
    brake_campaign: Rate | None = None
    #: Calls that a job usually makes to its downstream; they are reserved before it begins.
    usual_calls: int = 8


#: What runs for the events that its registration names. Each is given as the class that
#: `schemas.event_class` gives for its type; a test holds the handlers' signatures to that.
Handler = Callable[[Any, Services, Job], str]

#: What tells what a handler would do, from the same.
Planner = Callable[[Any, Services, Job], Draft]

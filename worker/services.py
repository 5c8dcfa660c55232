from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from inbox.breaker import Breaker
from inbox.model.assignment import Assignment
from inbox.model.rate import Rate
from inbox.plans import PlanPreview
from inbox.privacy.erasure import Erasure
from schemas import HolderAssignmentDeleted
from worker.effects.steps import Ledger
from worker.job import Job


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

    def plan(self, event: HolderAssignmentDeleted, job: Job) -> PlanPreview:
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
    gates: Mapping[str, Breaker] = field(default_factory=dict)
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
Planner = Callable[[Any, Services, Job], PlanPreview]

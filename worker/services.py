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
            PermanentError: this cannot be done, and trying again cannot fix it.
            RetryableError: this could not be done now.
        """

    def plan(self, event: HolderAssignmentDeleted, job: Job) -> PlanPreview:
        """Return what `revoke` would do now, by reading alone; errors as there."""

    def close(self) -> None:
        """Close connections."""


class CrmBackend(Protocol):
    """What notifies the CRM."""

    def note_removal(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Report that the customer's assignment was removed; errors as `PerksBackend.revoke`."""

    def close(self) -> None:
        """Close connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers use."""

    perks: PerksBackend
    crm: CrmBackend
    erasure: Erasure
    #: Where steps of own handlers are recorded.
    ledger: Ledger | None = None
    #: Circuit breakers of downstreams, by the handlers' queue.
    breakers: Mapping[str, Breaker] = field(default_factory=dict)
    #: Records that a canary came through; returns the seconds it took.
    note_canary: Callable[[datetime], float] = lambda _: 0.0
    #: Remembers an assignment that began; returns false if its campaign is not reconciled.
    remember: Callable[[Assignment], bool] = lambda _: False
    #: How many jobs that move money may act in a time; None for any number.
    cap: Rate | None = None
    #: How many of them may be of one campaign, in a time of its own; None for any number.
    campaign_cap: Rate | None = None
    #: Calls that a job usually makes to its downstream, reserved before it begins.
    usual_calls: int = 8


#: Runs for the events that its registration names. Each event has the class that
#: `schemas.event_class` returns for its type; a test checks the handlers' signatures.
Handler = Callable[[Any, Services, Job], str]

#: Returns what a handler would do, from the same arguments.
Planner = Callable[[Any, Services, Job], PlanPreview]

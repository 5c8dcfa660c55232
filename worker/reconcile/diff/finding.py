from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from inbox.model.assignment import Assignment, Missing
from inbox.model.time import utc_now
from inbox.state.assignments import AssignmentRegistry
from worker.reconcile.diff.removal import RemovalEvent
from worker.reconcile.outcomes import SKIPPED, Ending
from worker.reconcile.progress import Progress


log = structlog.get_logger()

#: So many assignments of one campaign that are for a person are each logged as a warning. More,
#: as after the campaign was deleted, are one warning together and each an information.
MOST_NAMED: Final = 10


class Delivers(Protocol):
    """Makes deliveries; `worker.reconcile.deliver.deliveries` does."""

    def deliver(self, found: Missing, removal: RemovalEvent | None = None) -> tuple[str, str]:
        """Make one; return its outcome, and the delivery or an empty text."""


class FoundRemovals:
    """
    Records and logs removals without a webhook, and delivers them if so asked.

    Args:
        registry: where they are recorded until they are deliveries.
        delivering: makes deliveries; None to find only.
        caller: names the process that runs it.
        grace: removals younger than this are left to their webhook.
        progress: counts them.
        now: returns the time.
    """

    def __init__(
        self,
        registry: AssignmentRegistry,
        delivering: Delivers | None,
        caller: str,
        *,
        grace: timedelta,
        progress: Progress,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._registry = registry
        self._delivering = delivering
        self._caller = caller
        self._progress = progress
        self.grace = grace
        self.now = now
        self._for_a_person: Counter[tuple[str, Ending]] = Counter()

    def deliver_found(self) -> None:
        """Deliver what was recorded before, if deliveries are to be made."""
        if self._delivering:
            for found in list(self._registry.missing()):
                self._deliver(self._delivering, found, None)

    def found(self, found: Missing, removal: RemovalEvent | None) -> None:
        """Count a removal that is in the registry, and deliver it."""
        self._progress.found(found)
        if self._delivering:
            self._deliver(self._delivering, found, removal)

    def count(self, assignment: Assignment, what: Ending) -> None:
        """Count what became of an assignment, and log what only a person can decide."""
        self._progress.count(what, noted=what is Ending.MISSING)
        if what in {Ending.CODE_GONE, Ending.CUSTOMER_GONE}:
            self._progress.for_a_person(assignment, what)
            self._for_a_person[assignment.campaign, what] += 1
            named = self._for_a_person[assignment.campaign, what] <= MOST_NAMED
            say = log.warning if named else log.info
            say(
                "reconcile.for_a_person",
                why=str(what),
                holder=assignment.holder,
                campaign=assignment.campaign,
                code=assignment.code,
            )

    def in_all(self, campaign: str) -> None:
        """Log how many assignments of a campaign are for a person, if not all were named."""
        for (name, what), many in self._for_a_person.items():
            if name == campaign and many > MOST_NAMED:
                log.warning(
                    "reconcile.for_a_person_in_all",
                    why=str(what),
                    campaign=campaign,
                    assignments=many,
                )

    def _deliver(self, delivering: Delivers, found: Missing, removal: RemovalEvent | None) -> None:
        try:
            outcome, delivery = delivering.deliver(found, removal)
        except SKIPPED as error:
            # It stays recorded, and must not keep others from being delivered.
            self._progress.failed(error, holder=found.assignment.holder)
            return
        self._registry.resolve(self._caller, found.assignment.holder, outcome)
        self._progress.count(outcome, noted=True)
        log.warning(
            "reconcile.delivered" if delivery else "reconcile.reported_meanwhile",
            holder=found.assignment.holder,
            campaign=found.assignment.campaign,
            event_id=found.event or None,
            delivery=delivery or None,
        )

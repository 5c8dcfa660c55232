from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from inbox.model.assignment import Assignment, Missing
from inbox.model.time import utc_now
from inbox.state.assignments import AssignmentRegistry
from worker.reconcile.diff.removal import Ending, RemovalEvent
from worker.reconcile.progress import Progress
from worker.reconcile.source.skips import SKIPPED


log = structlog.get_logger()

#: Of one campaign so many assignments that are for a person are each a warning. More, as after
#: the campaign was deleted, are one together and each a line of information.
MOST_NAMED: Final = 10


class Delivers(Protocol):
    """What makes deliveries (`worker.reconcile.deliver.deliveries`)."""

    def deliver(self, found: Missing, told: RemovalEvent | None = None) -> tuple[str, str]:
        """Make one; gives what it came to, and the delivery or an empty text."""


class FoundRemovals:
    """
    What happens to a removal that nobody told of: it is noted, told, and delivered if so asked.

    Args:
        book: where it is noted until it is a delivery.
        delivering: makes deliveries; None to find only.
        caller: names who runs it.
        grace: removals younger than this are left to their webhook.
        progress: hears of it.
        now: tells the time.
    """

    def __init__(
        self,
        book: AssignmentRegistry,
        delivering: Delivers | None,
        caller: str,
        *,
        grace: timedelta,
        progress: Progress,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._book = book
        self._delivering = delivering
        self._caller = caller
        self._progress = progress
        self.grace = grace
        self.now = now
        self._for_a_person: Counter[tuple[str, Ending]] = Counter()

    def deliver_found(self) -> None:
        """Deliver what was noted before, if deliveries are to be made."""
        if self._delivering:
            for found in list(self._book.missing()):
                self._deliver(found, None)

    def found(self, found: Missing, told: RemovalEvent | None) -> None:
        """Take on a removal that is noted in the book."""
        self._progress.found(found)
        if self._delivering:
            self._deliver(found, told)

    def tell(self, assignment: Assignment, what: Ending) -> None:
        """Count what became of an assignment, and tell what only a person can decide."""
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
        """Say how many assignments of a campaign are for a person, if they were not all named."""
        for (name, what), many in self._for_a_person.items():
            if name == campaign and many > MOST_NAMED:
                log.warning(
                    "reconcile.for_a_person_in_all",
                    why=str(what),
                    campaign=campaign,
                    assignments=many,
                )

    def _deliver(self, found: Missing, told: RemovalEvent | None) -> None:
        assert self._delivering is not None  # noqa: S101 - asked by who calls this
        try:
            came_to, delivery = self._delivering.deliver(found, told)
        except SKIPPED as error:
            # It stays noted, and must not keep others from being delivered.
            self._progress.failed(error, holder=found.assignment.holder)
            return
        self._book.resolve(self._caller, found.assignment.holder, came_to)
        self._progress.count(came_to, noted=True)
        log.warning(
            "reconcile.delivered" if delivery else "reconcile.told_meanwhile",
            holder=found.assignment.holder,
            campaign=found.assignment.campaign,
            event_id=found.event or None,
            delivery=delivery or None,
        )

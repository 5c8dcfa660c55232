"""What a run has done so far."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Final

import structlog

from inbox.model.assignment import Assignment, Missing
from worker.errors import JobError
from worker.reconcile.outcomes import Ending, Skip, why


log = structlog.get_logger()

#: Of each kind so many that are skipped are kept and logged with their ids; all are counted.
MOST_SKIPS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    What a run checks.

    Attributes:
        campaigns: ids; empty for all referral programmes.
        customers: ids of customers whose activity is read instead of the codes.
        since: ISO 8601 time from which their activity counts.
    """

    campaigns: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    since: str = ""

    @property
    def text(self) -> str:
        """Its name: only a run of the same scope resumes one that was cut off."""
        what = ",".join(self.campaigns) or "all"
        if not self.customers:
            return f"campaigns {what}"
        digest = sha256("\n".join(self.customers).encode()).hexdigest()[:16]
        return f"customers {digest} since {self.since}, campaigns {what}"


class Progress:
    """
    Counts, and reports after each code.

    Args:
        calls: the calls made so far by what they read; their maker counts them.
        report: is called after each code or customer.
        clock: returns monotonic time.
    """

    def __init__(
        self,
        calls: Counter[str],
        report: Callable[["Progress"], None] = lambda _: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        #: Calls made by this process, by what they read.
        self.calls = calls
        self._report = report
        self._clock = clock
        self._began = clock()
        self._calls_noted = 0
        self._unnoted: dict[str, int] = {}
        #: Codes, or customers, to be checked in all, and those done, by campaign.
        self.totals: dict[str, int] = {}
        self.done: dict[str, int] = {}
        #: Checked by this process.
        self.checked = 0
        self.counts: dict[str, int] = {}
        self.missing: list[Missing] = []
        #: What was skipped, why, and its ids: the first ones of each kind.
        self.skipped: list[tuple[Skip, dict[str, str]]] = []
        self.persons: list[tuple[Assignment, Ending]] = []

    @property
    def total(self) -> int:
        """How many there are in all, as far as known."""
        return sum(max(many, self.done.get(each, 0)) for each, many in self.totals.items())

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the rate so far; None before there is one."""
        left = self.total - sum(self.done.values())
        if not self.checked:
            return None
        return left * (self._clock() - self._began) / self.checked

    def expect(self, totals: Mapping[str, int]) -> None:
        """Set how many codes campaigns have, as far as known."""
        self.totals.update(totals)

    def begin(self, campaign: str, done: int) -> None:
        """Begin with a campaign of which so many are done."""
        self.done[campaign] = done

    def one_more(self, campaign: str) -> None:
        """Count one code or customer as checked."""
        self.done[campaign] = self.done.get(campaign, 0) + 1
        self.checked += 1
        self._report(self)

    def count(self, what: str, *, noted: bool = False) -> None:
        """Count an outcome; `noted` if a script has counted it in the store already."""
        self.counts[what] = self.counts.get(what, 0) + 1
        if not noted:
            self._unnoted[what] = self._unnoted.get(what, 0) + 1

    def skip(self, what: Skip, /, *, reason: str = "", **ids: str) -> None:
        """Count something that is skipped; log and keep its ids, if they are not too many."""
        self.count(what)
        if self.counts[what] <= MOST_SKIPS:
            self.skipped.append((what, ids))
            reasons = {"reason": reason} if reason else {}
            log.warning("reconcile.skipped", why=str(what), **reasons, **ids)

    def failed(self, error: JobError, **ids: str) -> None:
        """Count something as skipped that could not be read."""
        self.skip(why(error), reason=error.reason, **ids)

    def found(self, missing: Missing) -> None:
        """Add a removal without a webhook."""
        self.missing.append(missing)

    def for_a_person(self, assignment: Assignment, why: Ending) -> None:
        """Add an assignment that is over, of which only a person can say if it was removed."""
        self.persons.append((assignment, why))

    def unnoted(self) -> dict[str, int]:
        """Return what was counted since the last time, for the store."""
        calls = self.calls.total()
        counts = {**self._unnoted, "calls": calls - self._calls_noted}
        self._unnoted, self._calls_noted = {}, calls
        return counts

"""Searches the activity of customers for removals, without knowing their assignments."""

from collections.abc import Iterable, Iterator

from inbox.model.assignment import Assignment, Run
from worker.reconcile.diff.removal import (
    RemovalEvent,
    assignment_in,
    ending_of,
    is_owners,
    missing,
    removals_in,
)
from worker.reconcile.outcomes import SKIPPED, UNKNOWN_CUSTOMER, Ending, Skip
from worker.reconcile.progress import Scope
from worker.reconcile.source.each import Scan
from worker.voucherify.values import Json


class CustomerScan(Scan):
    """Reads the activity of each customer once."""

    def check(self, scope: Scope, run: Run) -> None:
        """Check those of the customers that this run has not checked yet."""
        begin = run.count("at:customer")
        self._progress.expect({scope.text: len(scope.customers)})
        self._progress.begin(scope.text, begin)
        for number, customer in enumerate(scope.customers[begin:], start=begin + 1):
            try:
                self._check(customer, scope)
            except SKIPPED as error:
                self._skip(error, customer=customer)
            self._progress.one_more(scope.text)
            self._registry.move(self._caller, self._progress.unnoted(), {"at:customer": number})
            self._end_if_all_fail("customers")

    def _check(self, customer: str, scope: Scope) -> None:
        activity = self._api.activity(customer, scope.since)
        self._answered()
        if activity is None:
            self._progress.count(UNKNOWN_CUSTOMER)
            return
        removals = [
            (assignment, removal)
            for assignment, removal in self._removals(activity, customer)
            if assignment.customer == customer
            and (not scope.campaigns or assignment.campaign in scope.campaigns)
        ]
        reported = self._registry.reported([each.holder for each, _ in removals])
        for each, removal in removals:
            what = Ending.REPORTED
            if each.holder not in reported:
                what = ending_of(
                    each,
                    removal,
                    customer_exists=True,
                    code_exists=True,
                    now=self._finding.now(),
                    grace=self._finding.grace,
                )
            self._finding.count(each, what)
            if what is Ending.MISSING:
                found = missing(each, removal, removal.at)
                self._registry.store_code(
                    self._caller, None, code=each.code, campaign=each.campaign, missing=[found]
                )
                self._finding.found(found, removal)

    def _removals(
        self, activity: Iterable[Json], customer: str
    ) -> Iterator[tuple[Assignment, RemovalEvent]]:
        for removal in removals_in(activity):
            assignment = assignment_in(removal.item)
            if assignment is not None:
                yield assignment, removal
            elif not is_owners(removal.item):
                self._progress.skip(Skip.ODD_EVENT, customer=customer)

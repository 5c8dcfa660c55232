"""The way over the activity of customers: what happened to each, whoever else knows of it."""

from collections.abc import Iterable, Iterator
from typing import Final

from inbox.model.assignment import Assignment, Run
from worker.reconcile.diff.removal import (
    Ending,
    RemovalEvent,
    assignment_in,
    fate,
    is_owners,
    missing,
    removals_in,
)
from worker.reconcile.progress import Scope
from worker.reconcile.source.api import Json
from worker.reconcile.source.each import Scan
from worker.reconcile.source.skips import SKIPPED, Skip


#: What a customer is counted as whom Voucherify does not know.
UNKNOWN_CUSTOMER: Final = "unknown_customer"


class CustomerScan(Scan):
    """Looks at the activity of each customer once."""

    def look(self, scope: Scope, run: Run) -> None:
        """Look at those of the customers that this run has not looked at yet."""
        begin = run.count("at:customer")
        self._progress.expect({scope.text: len(scope.customers)})
        self._progress.begin(scope.text, begin)
        for number, customer in enumerate(scope.customers[begin:], start=begin + 1):
            try:
                self._look_at(customer, scope)
            except SKIPPED as error:
                self._skip(error, customer=customer)
            self._progress.one_more(scope.text)
            self._book.move(self._caller, self._progress.unnoted(), {"at:customer": number})
            self._end_if_all_fail("customers")

    def _look_at(self, customer: str, scope: Scope) -> None:
        activity = self._api.activity(customer, scope.since)
        self._answered()
        if activity is None:
            self._progress.count(UNKNOWN_CUSTOMER)
            return
        removals = [
            (assignment, told)
            for assignment, told in self._removals(activity, customer)
            if assignment.customer == customer
            and (not scope.campaigns or assignment.campaign in scope.campaigns)
        ]
        told_of = self._book.reported([each.holder for each, _ in removals])
        for each, told in removals:
            what = Ending.TOLD
            if each.holder not in told_of:
                what = fate(
                    each,
                    told,
                    customer_exists=True,
                    code_exists=True,
                    now=self._finding.now(),
                    grace=self._finding.grace,
                )
            self._finding.tell(each, what)
            if what is Ending.MISSING:
                found = missing(each, told, told.at)
                self._book.store_code(
                    self._caller, None, code=each.code, campaign=each.campaign, missing=[found]
                )
                self._finding.found(found, told)

    def _removals(
        self, activity: Iterable[Json], customer: str
    ) -> Iterator[tuple[Assignment, RemovalEvent]]:
        for told in removals_in(activity):
            assignment = assignment_in(told.item)
            if assignment is not None:
                yield assignment, told
            elif not is_owners(told.item):
                self._progress.skip(Skip.ODD_EVENT, customer=customer)

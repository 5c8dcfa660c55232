"""The way over the activity of customers: what happened to each, whoever else knows of it."""

from typing import Final

from inbox.assignment import Run
from worker.reconcile.looking import Looking
from worker.reconcile.progress import Scope
from worker.reconcile.removal import (
    Fate,
    assignment_in,
    fate,
    missing,
    removals_in,
)


#: What a customer is counted as whom Voucherify does not know.
UNKNOWN_CUSTOMER: Final = "unknown_customer"


class LookingAtCustomers(Looking):
    """Looks at the activity of each customer once."""

    def look(self, scope: Scope, run: Run) -> None:
        """Look at those of the customers that this run has not looked at yet."""
        begin = run.count("at:customer")
        self._progress.expect({scope.text: len(scope.customers)})
        self._progress.begin(scope.text, begin)
        for number, customer in enumerate(scope.customers[begin:], start=begin + 1):
            self._look_at(customer, scope)
            self._progress.one_more(scope.text)
            self._book.move(self._caller, self._progress.unnoted(), {"at:customer": number})

    def _look_at(self, customer: str, scope: Scope) -> None:
        activity = self._api.activity(customer, scope.since)
        if activity is None:
            self._progress.count(UNKNOWN_CUSTOMER)
            return
        removals = [
            (assignment, told)
            for told in removals_in(activity)
            if (assignment := assignment_in(told.item))
            and assignment.customer == customer
            and (not scope.campaigns or assignment.campaign in scope.campaigns)
        ]
        told_of = self._book.told_of([each.holder for each, _ in removals])
        for each, told in removals:
            what = Fate.TOLD
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
            if what is Fate.MISSING:
                found = missing(each, told, told.at)
                self._book.looked(
                    self._caller, None, code=each.code, campaign=each.campaign, missing=[found]
                )
                self._finding.found(found, told)

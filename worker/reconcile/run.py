from collections.abc import Iterator

from inbox.assignment import Run
from inbox.book import Book
from worker.reconcile.api import ReconcileApi
from worker.reconcile.codes import LookingAtCodes
from worker.reconcile.customers import LookingAtCustomers
from worker.reconcile.finding import Finding
from worker.reconcile.looking import Looking
from worker.reconcile.progress import Progress, Scope


class Reconciliation(Looking):
    """One run: every code of the campaigns, or every customer named, and what nobody told of."""

    def __init__(
        self, api: ReconcileApi, book: Book, finding: Finding, caller: str, progress: Progress
    ) -> None:
        super().__init__(api, book, finding, caller, progress)
        self._codes = LookingAtCodes(api, book, finding, caller, progress)
        self._customers = LookingAtCustomers(api, book, finding, caller, progress)

    def run(self, scope: Scope, run: Run) -> None:
        """
        Go on with a run from where it is to its end.

        Raises:
            RetryableError, PermanentError: the API did not answer, or refused; the run can be
                gone on with.
            InboxUnavailableError: the store took no delivery; the same.
            RunLostError: another run has taken over.
        """
        # What an earlier run found and did not deliver, as one that was to find only.
        self._finding.deliver_found()
        if scope.customers:
            self._customers.look(scope, run)
        else:
            for campaign in self._campaigns(scope, run):
                self._codes.look(campaign, run)
                self._book.move(self._caller, {}, {_done(campaign): 1})
        self._book.finish(self._caller, self._progress.unnoted())

    def _campaigns(self, scope: Scope, run: Run) -> Iterator[str]:
        if scope.campaigns:
            listed = dict.fromkeys(scope.campaigns, 0)
        else:
            found = ((each.get("id"), each.get("vouchers_count")) for each in self._api.campaigns())
            listed = {str(name): many if isinstance(many, int) else 0 for name, many in found}
        todo = {name: many for name, many in listed.items() if not run.count(_done(name))}
        self._progress.expect(todo)
        yield from todo


def _done(campaign: str) -> str:
    return f"done:{campaign}"

from collections.abc import Callable, Iterator
from typing import Final

import structlog

from inbox.model.assignment import Run
from inbox.state.assignments import AssignmentRegistry
from worker.reconcile.outcomes import SKIPPED
from worker.reconcile.diff.finding import FoundRemovals
from worker.reconcile.progress import Progress, Scope
from worker.reconcile.source.api import Json, ReconcileApi
from worker.reconcile.source.codes import CodeScan
from worker.reconcile.source.customers import CustomerScan
from worker.reconcile.source.each import Scan


log = structlog.get_logger()

#: A campaign that was named and that Voucherify does not know.
UNKNOWN_CAMPAIGN: Final = "unknown_campaign"


class Reconciliation(Scan):
    """One run: every code of the campaigns, or every customer named, and what nobody told of."""

    def __init__(
        self,
        api: ReconcileApi,
        book: AssignmentRegistry,
        finding: FoundRemovals,
        caller: str,
        progress: Progress,
    ) -> None:
        super().__init__(api, book, finding, caller, progress)
        self._codes = CodeScan(api, book, finding, caller, progress)
        self._listed: set[str] = set()
        self._customers = CustomerScan(api, book, finding, caller, progress)

    def run(self, scope: Scope, run: Run) -> None:
        """
        Go on with a run from where it is to its end.

        Raises:
            RetryableError, PermanentError: the API did not answer, or refused; the run can be
                resumed.
            InboxUnavailableError: the store took no delivery; the same.
            RunLostError: another run has taken over.
        """
        # What an earlier run found and did not deliver, as one that was to find only.
        self._finding.deliver_found()
        if scope.customers:
            self._customers.look(scope, run)
        else:
            for campaign in self._campaigns(scope, run):
                self._book.campaigns.note(campaign)
                self._look(campaign, lambda name: self._codes.look(name, run))
            if not scope.campaigns:
                self._look_at_unlisted(run)
        self._book.finish(self._caller, self._progress.unnoted())

    def _look(self, campaign: str, look: Callable[[str], object]) -> None:
        try:
            look(campaign)
        finally:
            self._finding.in_all(campaign)
        self._book.move(self._caller, {}, {_done(campaign): 1})

    def _look_at_unlisted(self, run: Run) -> None:
        """Look at campaigns that are known and not listed: deleted, or listed in an odd way."""

        def look(campaign: str) -> None:
            if not self._codes.look_at_known(campaign, run):
                self._book.campaigns.forget(campaign)

        for campaign in self._book.campaigns.all() - self._listed:
            if not run.count(_done(campaign)):
                self._look(campaign, look)

    def _campaigns(self, scope: Scope, run: Run) -> Iterator[str]:
        if scope.campaigns:
            named = (name for name in scope.campaigns if not run.count(_done(name)))
            todo = {name: self._size(name) for name in named}
        else:
            listed = {str(each["id"]): _size(each) for each in self._api.campaigns()}
            self._listed = set(listed)
            todo = {name: many for name, many in listed.items() if not run.count(_done(name))}
        self._progress.expect(todo)
        yield from todo

    def _size(self, campaign: str) -> int:
        try:
            found = self._api.campaign(campaign)
        except SKIPPED as error:
            # How large it is need not be known.
            self._progress.failed(error, campaign=campaign)
            return 0
        if found is None:
            # Deleted, or misspelt. What is known of its codes is looked at all the same, and it
            # must not keep other campaigns from being looked at.
            self._progress.count(UNKNOWN_CAMPAIGN)
            log.warning("reconcile.campaign_unknown", campaign=campaign)
        return _size(found or {})


def _size(campaign: Json) -> int:
    many = campaign.get("vouchers_count")
    return max(many, 0) if isinstance(many, int) and not isinstance(many, bool) else 0


def _done(campaign: str) -> str:
    return f"done:{campaign}"

from collections.abc import Callable, Iterator

import structlog

from inbox.model.assignment import Run
from inbox.state.assignments import AssignmentRegistry
from worker.reconcile.diff.finding import FoundRemovals
from worker.reconcile.outcomes import SKIPPED, UNKNOWN_CAMPAIGN
from worker.reconcile.progress import Progress, Scope
from worker.reconcile.source.api import ReconcileApi
from worker.reconcile.source.codes import CodeScan
from worker.reconcile.source.customers import CustomerScan
from worker.reconcile.source.each import Scan
from worker.voucherify.values import Json


log = structlog.get_logger()


class Reconciliation(Scan):
    """One run: checks every code of the campaigns, or every customer named."""

    def __init__(
        self,
        api: ReconcileApi,
        registry: AssignmentRegistry,
        finding: FoundRemovals,
        caller: str,
        progress: Progress,
    ) -> None:
        super().__init__(api, registry, finding, caller, progress)
        self._codes = CodeScan(api, registry, finding, caller, progress)
        self._listed: set[str] = set()
        self._customers = CustomerScan(api, registry, finding, caller, progress)

    def run(self, scope: Scope, run: Run) -> None:
        """
        Continue a run to its end.

        Raises:
            RetryableError, PermanentError: the API did not answer, or refused; the run can be
                resumed.
            InboxUnavailableError: the store took no delivery; the same.
            RunLostError: another run has taken over.
        """
        # What an earlier run found and did not deliver, because it was to find only.
        self._finding.deliver_found()
        if scope.customers:
            self._customers.check(scope, run)
        else:
            for campaign in self._campaigns(scope, run):
                self._registry.campaigns.note(campaign)
                self._check(campaign, lambda name: self._codes.check(name, run))
            if not scope.campaigns:
                self._check_unlisted(run)
        self._registry.finish(self._caller, self._progress.unnoted())

    def _check(self, campaign: str, check: Callable[[str], object]) -> None:
        try:
            check(campaign)
        finally:
            self._finding.in_all(campaign)
        self._registry.move(self._caller, {}, {_done(campaign): 1})

    def _check_unlisted(self, run: Run) -> None:
        """Check campaigns that are known and not listed: deleted, or listed in an odd way."""

        def check(campaign: str) -> None:
            if not self._codes.check_known(campaign, run):
                self._registry.campaigns.forget(campaign)

        for campaign in self._registry.campaigns.all() - self._listed:
            if not run.count(_done(campaign)):
                self._check(campaign, check)

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
            # Its size is only for the progress.
            self._progress.failed(error, campaign=campaign)
            return 0
        if found is None:
            # Deleted, or misspelt. Its known codes are still checked, and it must not keep other
            # campaigns from being checked.
            self._progress.count(UNKNOWN_CAMPAIGN)
            log.warning("reconcile.campaign_unknown", campaign=campaign)
        return _size(found or {})


def _size(campaign: Json) -> int:
    many = campaign.get("vouchers_count")
    return max(many, 0) if isinstance(many, int) and not isinstance(many, bool) else 0


def _done(campaign: str) -> str:
    return f"done:{campaign}"

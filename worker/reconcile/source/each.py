from typing import Final

from inbox.state.assignments import AssignmentRegistry
from worker.errors import JobError, RetryableError
from worker.reconcile.diff.finding import FoundRemovals
from worker.reconcile.outcomes import FailingError
from worker.reconcile.progress import Progress
from worker.reconcile.source.api import ReconcileApi


#: So many in a row that fail, each alone, end the run: what they read has an outage. The run
#: resumes behind them; the next run reads them again.
MOST_IN_A_ROW: Final = 10


class Scan:
    """
    The base of each way to search for removals.

    Args:
        api: Voucherify's, at its rate.
        registry: what is known, and how far a run is.
        finding: records removals without a webhook.
        caller: names the process that runs it.
        progress: counts each step.
    """

    def __init__(
        self,
        api: ReconcileApi,
        registry: AssignmentRegistry,
        finding: FoundRemovals,
        caller: str,
        progress: Progress,
    ) -> None:
        self._api = api
        self._registry = registry
        self._finding = finding
        self._caller = caller
        self._progress = progress
        self._in_a_row = 0

    def _skip(self, error: JobError, **ids: str) -> None:
        """Skip a code, a page of them or a customer that could not be read."""
        self._progress.failed(error, **ids)
        self._in_a_row = self._in_a_row + 1 if isinstance(error, FailingError) else 0

    def _answered(self) -> None:
        self._in_a_row = 0

    def _end_if_all_fail(self, what: str) -> None:
        """
        End the run if too many in a row fail, once they are recorded as checked.

        Raises:
            RetryableError: they do.
        """
        if self._in_a_row >= MOST_IN_A_ROW:
            self._in_a_row = 0
            raise RetryableError(
                "voucherify_fails_in_a_row",
                f"{MOST_IN_A_ROW} {what} in a row fail, while other calls are answered",
            )

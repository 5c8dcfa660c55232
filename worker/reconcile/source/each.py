from typing import Final

from inbox.state.assignments import AssignmentRegistry
from worker.reconcile.outcomes import FailingError
from worker.errors import JobError, RetryableError
from worker.reconcile.diff.finding import FoundRemovals
from worker.reconcile.progress import Progress
from worker.reconcile.source.api import ReconcileApi


#: So many in a row that fail each in its own way end the run, for then it is an outage of what
#: they ask for. The run goes on behind them; the next run asks for them again.
MOST_IN_A_ROW: Final = 10


class Scan:
    """
    What each way of looking for removals works with.

    Args:
        api: Voucherify's, at its pace.
        book: what is known, and how far a run is.
        finding: what happens to a removal that nobody told of.
        caller: names who runs it.
        progress: hears of each step.
    """

    def __init__(
        self,
        api: ReconcileApi,
        book: AssignmentRegistry,
        finding: FoundRemovals,
        caller: str,
        progress: Progress,
    ) -> None:
        self._api = api
        self._book = book
        self._finding = finding
        self._caller = caller
        self._progress = progress
        self._in_a_row = 0

    def _skip(self, error: JobError, **ids: str) -> None:
        """Skip a code, a page of them or a customer that could not be asked for."""
        self._progress.failed(error, **ids)
        self._in_a_row = self._in_a_row + 1 if isinstance(error, FailingError) else 0

    def _answered(self) -> None:
        self._in_a_row = 0

    def _end_if_all_fail(self, what: str) -> None:
        """
        End the run if too many in a row fail, once they are noted as looked at.

        Raises:
            RetryableError: so it is.
        """
        if self._in_a_row >= MOST_IN_A_ROW:
            self._in_a_row = 0
            raise RetryableError(
                "voucherify_fails_in_a_row",
                f"{MOST_IN_A_ROW} {what} in a row fail, while other calls are answered",
            )

from inbox.book import Book
from worker.reconcile.api import ReconcileApi
from worker.reconcile.finding import Finding
from worker.reconcile.progress import Progress


class Looking:
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
        self, api: ReconcileApi, book: Book, finding: Finding, caller: str, progress: Progress
    ) -> None:
        self._api = api
        self._book = book
        self._finding = finding
        self._caller = caller
        self._progress = progress

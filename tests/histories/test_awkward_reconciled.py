"""Every call of a run that searches for removals, met by every awkward answer."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from sandbox.faults.fault import Fault
from tests.histories.kinds import answers, kind_of_answer
from tests.histories.reconciled import CODES, Reconciler, referees, taken_back
from tests.histories.works import Works
from worker.errors import JobError
from worker.reconcile.outcomes import Ending
from worker.reconcile.progress import Progress, Scope
from worker.settings.policies import Policies


#: What a run must not conclude from an answer that someone else wrote.
_GONE = {Ending.CODE_GONE, Ending.CUSTOMER_GONE}


class Search:
    """Removals without a webhook, and two runs that search for them: the first meets the answer."""

    def __init__(self, works: Works, reconciler: Reconciler, *, by_customers: bool) -> None:
        self._works = works
        self._reconciler = reconciler
        self._by_customers = by_customers

    def begin(self) -> list[str]:
        """Let one of two referees of each code be removed; return their assignments."""
        self._works.begin(Policies())
        made = self._works.shop.call("POST", "/codes", {"codes": 2, "referees": 2})
        self._reconciler.run(apply=False)
        removed = referees(made)[::2]
        self._works.shop.unassign(*removed)
        self._reconciler.way.clear()
        self._scope = CODES
        if self._by_customers:
            customers = [each["customer"] for code in made["codes"] for each in code["referees"]]
            since = (self._works.shop.now() - timedelta(days=7)).isoformat()
            self._scope = Scope(customers=tuple(customers), since=since)
        return removed

    @property
    def asked(self) -> list[str]:
        """Paths that the last run asked for."""
        return list(self._reconciler.way.asked)

    def run(self) -> Progress:
        """Search for them, and deliver what is found."""
        return self._reconciler.run(self._scope, apply=True)

    def meet(self, fault: Fault, number: int, path: str | None) -> None:
        """Let the n-th call, or all calls to a path, meet an answer; then run once more."""
        removed, rules = self.begin(), self._works.shop.transport.rules
        if path is None:
            self._works.shop.fault(fault, skip=number - 1)
        else:
            self._works.shop.fault(fault, path=path, times=None)
        runs = []
        with suppress(JobError):
            runs.append(self.run())
        rules.clear()
        runs.append(self.run())
        self._works.complete()
        assert not any(run.counts.get(each) for run in runs for each in _GONE)
        assert taken_back(self._works) == dict.fromkeys(removed, 1)
        assert self._works.failed() == []


@pytest.fixture(params=[False, True], ids=["codes", "customers"])
def search(works: Works, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Search:
    """Runs over codes, or over customers."""
    works.begin(Policies())
    return Search(works, Reconciler(works, monkeypatch), by_customers=request.param)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "lasting",
    [
        pytest.param(False, id="once"),
        pytest.param(True, id="for the whole run", marks=pytest.mark.slow),
    ],
)
def test_an_awkward_answer_says_of_no_one_that_they_are_gone(
    search: Search, lasting: bool, pytestconfig: pytest.Config
) -> None:
    """Each removal is taken back once, at the latest by the next run, and no one else's is."""
    full = pytestconfig.getoption("--full")
    for number, path, answer, fault in _cells(search, full=full):
        try:
            search.meet(fault, number, path if lasting else None)
        except Exception as error:
            error.add_note(f"call {number} to {path} met {answer}")
            raise


def _cells(search: Search, *, full: bool) -> Iterator[tuple[int, str, str, Fault]]:
    search.begin()
    search.run()
    kinds: set[tuple[str, str]] = set()
    for number, path in enumerate(search.asked, start=1):
        for answer, fault in answers(changes=False):
            # In the short form one of each kind, to the first call of each kind.
            kind = (path.rsplit("/", 1)[1], kind_of_answer(answer))
            if full or kind not in kinds:
                kinds.add(kind)
                yield number, path, answer, fault

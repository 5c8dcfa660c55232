"""What someone in between answers says nothing about codes, customers and campaigns."""

import pytest

from tests.histories.altered import foreign
from tests.histories.reconciled import Reconciler, referees, taken_back
from tests.histories.works import Works
from worker.errors import JobError
from worker.reconcile.progress import Scope
from worker.settings.policies import Policies


@pytest.fixture
def reconciler(works: Works, monkeypatch: pytest.MonkeyPatch) -> Reconciler:
    """Runs, upon works with nothing in them."""
    works.begin(Policies())
    return Reconciler(works, monkeypatch)


def test_a_foreign_404_deletes_no_code(works: Works, reconciler: Reconciler) -> None:
    """During a deployment a load balancer answers for each code: no assignment is over for that."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    reconciler.run(apply=False)
    reconciler.way.alter("/v1/*", foreign(404))
    with pytest.raises(JobError, match="404"):
        reconciler.run(apply=True)
    (code,) = made["codes"]
    assert set(reconciler.registry.known(code["id"], made["campaign"])) == {
        code["referrer"]["holder"],
        *referees(made),
    }
    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {}


def test_a_foreign_404_deletes_no_customer(works: Works, reconciler: Reconciler) -> None:
    """The removal is not counted as that of a deleted customer, and is found when one can ask."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    reconciler.run(apply=False)
    works.shop.unassign(*referees(made))
    works.shop.world.store.forget_activity()
    reconciler.way.alter("*/activity", foreign(404))
    reconciler.run(apply=True)
    reconciler.way.clear()
    progress = reconciler.run(apply=True)
    works.complete()
    assert progress.persons == []
    assert taken_back(works) == dict.fromkeys(referees(made), 1)


def test_a_foreign_404_makes_no_customer_unknown(works: Works, reconciler: Reconciler) -> None:
    """Of named customers nothing is said as long as Voucherify itself says nothing."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    customer = made["codes"][0]["referees"][0]["customer"]
    reconciler.way.alter("*/activity", foreign(404))
    scope = Scope(customers=(customer,), since="2020-01-01T00:00:00+00:00")
    progress = reconciler.run(scope, apply=True)
    assert "unknown_customer" not in progress.counts


def test_a_foreign_404_makes_no_campaign_unknown(works: Works, reconciler: Reconciler) -> None:
    """How large a campaign is need not be known: its codes are checked all the same."""
    campaign = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})["campaign"]
    reconciler.way.alter(f"/v1/campaigns/{campaign}", foreign(404))
    progress = reconciler.run(Scope(campaigns=(campaign,)), apply=True)
    assert "unknown_campaign" not in progress.counts
    assert progress.checked == 2

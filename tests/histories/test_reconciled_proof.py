"""The event is the proof, on both ways and by webhook; what is only gone is for a person."""

import logging

import pytest
import structlog
from structlog.testing import capture_logs

from tests.histories.altered import listed, own
from tests.histories.reconciled import Reconciler, deliver, referees, taken_back
from tests.histories.works import Works
from worker.reconcile.diff.finding import MOST_NAMED
from worker.reconcile.progress import Scope
from worker.settings.policies import Policies


@pytest.fixture
def reconciler(works: Works, monkeypatch: pytest.MonkeyPatch) -> Reconciler:
    """Runs, upon works with nothing in them."""
    works.begin(Policies())
    return Reconciler(works, monkeypatch)


@pytest.mark.parametrize("way", ["webhook", "codes", "customers"])
def test_a_removal_by_an_event_is_a_removal_though_the_code_is_gone(
    works: Works, reconciler: Reconciler, way: str
) -> None:
    """Removed, then the code deleted: the balance is taken back once, however it is heard of."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    (code,) = made["codes"]
    (referee,) = code["referees"]
    reconciler.run(apply=False)
    bodies = works.shop.unassign(referee["holder"])
    works.shop.call("DELETE", f"/vouchers/{code['id']}", {"announce": False})
    if way == "webhook":
        deliver(works, bodies)
    elif way == "codes":
        # The referrer was not removed: for a person.
        counts = reconciler.run(apply=True).counts
        assert counts == {"missing": 1, "applied": 1, "code_gone": 1}
    else:
        scope = Scope(customers=(referee["customer"],), since="2020-01-01T00:00:00+00:00")
        assert reconciler.run(scope, apply=True).counts == {"missing": 1, "applied": 1}
    works.complete()
    assert taken_back(works)[referee["holder"]] == 1
    assert works.failed() == []


def test_an_event_that_lacks_all_but_its_assignment_is_proof_enough(
    works: Works, reconciler: Reconciler
) -> None:
    """It names the assignment and the time; the rest is known, and the code is gone."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    (code,) = made["codes"]
    (referee,) = code["referees"]
    reconciler.run(apply=False)
    works.shop.unassign(referee["holder"])
    works.shop.call("DELETE", f"/vouchers/{code['id']}", {"announce": False})
    bare = {"data": {"holder": {"id": referee["holder"]}}}
    reconciler.way.alter(
        f"/v1/customers/{referee['customer']}/activity",
        listed(lambda found: [found[0] | bare, *found[1:]]),
    )
    progress = reconciler.run(apply=True)
    works.complete()
    assert progress.counts == {"missing": 1, "applied": 1, "code_gone": 1}
    assert taken_back(works)[referee["holder"]] == 1
    assert works.failed() == []


@pytest.mark.parametrize("way", ["codes", "customers"])
def test_without_an_event_a_code_that_is_gone_is_no_proof(
    works: Works, reconciler: Reconciler, way: str
) -> None:
    """By the codes a person is asked; a customer's activity has nothing to say of it."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    (code,) = made["codes"]
    (referee,) = code["referees"]
    reconciler.run(apply=False)
    works.shop.call("DELETE", f"/vouchers/{code['id']}", {"announce": False})
    if way == "codes":
        assert reconciler.run(apply=True).counts == {"code_gone": 2}
    else:
        scope = Scope(customers=(referee["customer"],), since="2020-01-01T00:00:00+00:00")
        assert reconciler.run(scope, apply=True).counts == {}
    works.complete()
    assert taken_back(works)[referee["holder"]] == 0


@pytest.mark.parametrize("named", [True, False])
def test_a_deleted_campaign_is_one_line_with_a_count(
    works: Works, reconciler: Reconciler, named: bool
) -> None:
    """All its codes are gone: a person hears once of how many, and other campaigns as ever."""
    made, other = (
        works.shop.call("POST", "/codes", {"codes": MOST_NAMED, "referees": 1}) for _ in range(2)
    )
    campaign = made["campaign"]
    scope = Scope(campaigns=(campaign, other["campaign"])) if named else Scope()
    reconciler.run(scope, apply=False)
    removed = referees(other)[0]
    works.shop.unassign(removed)
    for code in made["codes"]:
        works.shop.call("DELETE", f"/vouchers/{code['id']}", {"announce": False})
    del works.shop.world.store.campaigns[campaign]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as logs:
        progress = reconciler.run(scope, apply=True)

    assert progress.counts.pop("unknown_campaign", 0) == named
    assert progress.counts == {"code_gone": 2 * MOST_NAMED, "missing": 1, "applied": 1}
    assert len(progress.persons) == 2 * MOST_NAMED
    lines = [each for each in logs if each["event"].startswith("reconcile.for_a_person")]
    warnings = [each for each in lines if each["log_level"] == "warning"]
    # The first few by name, then all in one line; each of the rest has its line of information.
    assert len(warnings) == MOST_NAMED + 1
    assert len({each.get("holder") for each in lines}) == 2 * MOST_NAMED + 1
    assert warnings[-1] == {
        "event": "reconcile.for_a_person_in_all",
        "log_level": "warning",
        "why": "code_gone",
        "campaign": campaign,
        "assignments": 2 * MOST_NAMED,
    }
    again = reconciler.run(scope, apply=True)
    assert "code_gone" not in again.counts


def test_a_campaign_that_is_gone_is_checked_as_long_as_someone_is_known(
    works: Works, reconciler: Reconciler
) -> None:
    """A code that fails leaves its holders for the next run; after that it costs no call."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    codes = [code["id"] for code in made["codes"]]
    reconciler.run(apply=False)
    for code in codes:
        works.shop.call("DELETE", f"/vouchers/{code}", {"announce": False})
    del works.shop.world.store.campaigns[made["campaign"]]
    reconciler.way.alter(f"*/{codes[0]}/holders", own(423, "locked"))
    assert reconciler.run(apply=True).counts == {"failing": 1, "code_gone": 2}

    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {"code_gone": 2}
    assert [each.rsplit("/", 2)[1] for each in reconciler.way.asked if "holders" in each] == [
        codes[0]
    ]
    assert reconciler.registry.campaigns.all() == set()
    assert reconciler.run(apply=True).calls.total() == 1

"""What reconciling leaves alone, leaves to a person, and remembers between two runs."""

from typing import Any

import pytest

from inbox.model.assignment import Assignment
from tests.histories.reconciled import Reconciler, deliver, referees, taken_back
from tests.histories.works import Works
from worker.reconcile.progress import Scope
from worker.reconcile.runner import BusyError
from worker.settings.policies import Policies


@pytest.fixture
def reconciler(works: Works, monkeypatch: pytest.MonkeyPatch) -> Reconciler:
    """Runs, upon works with nothing in them."""
    works.begin(Policies())
    return Reconciler(works, monkeypatch)


def scene(works: Works, **wanted: Any) -> list[str]:
    """Make codes with one referee each; return the referees' assignments."""
    return referees(works.shop.call("POST", "/codes", {"codes": 2, "referees": 1} | wanted))


def test_the_first_run_only_learns(works: Works, reconciler: Reconciler) -> None:
    """Nothing was known before, so no one can be missing."""
    removed, _ = scene(works)
    works.shop.unassign(removed)
    progress = reconciler.run(apply=True)
    assert (progress.checked, progress.counts) == (2, {})


def test_a_late_webhook_is_the_same_removal(works: Works, reconciler: Reconciler) -> None:
    """It comes after the run that missed it: claimed already, and nothing is taken twice."""
    removed, _ = scene(works)
    reconciler.run(apply=False)
    (webhook,) = works.shop.unassign(removed)
    assert reconciler.run(apply=True).counts == {"missing": 1, "applied": 1}
    works.complete()
    deliver(works, [webhook])
    assert taken_back(works) == {removed: 1}
    assert works.desk.stats().counts["same_assignment"] == 1


def test_a_webhook_that_waits_in_the_queue_is_the_same_removal(
    works: Works, reconciler: Reconciler
) -> None:
    """Accepted and not yet processed when the run checks: whichever is processed first acts."""
    removed, _ = scene(works)
    reconciler.run(apply=False)
    (webhook,) = works.shop.unassign(removed)
    works.deliver(webhook)
    assert reconciler.run(apply=True).counts == {"missing": 1, "applied": 1}
    works.complete()
    assert taken_back(works) == {removed: 1}


def test_a_webhook_that_comes_between_finding_and_delivering_is_seen(
    works: Works, reconciler: Reconciler
) -> None:
    """What was found by a run without --apply needs no delivery any more."""
    removed, _ = scene(works)
    reconciler.run(apply=False)
    bodies = works.shop.unassign(removed)
    reconciler.run(apply=False)
    deliver(works, bodies)
    assert reconciler.run(apply=True).counts == {"told": 1}
    assert list(reconciler.registry.missing()) == []
    assert taken_back(works) == {removed: 1}


def test_a_young_removal_is_left_to_its_webhook(works: Works, reconciler: Reconciler) -> None:
    """Within the grace it may still come; after that it is missing."""
    removed, _ = scene(works)
    reconciler.run(apply=False)
    works.shop.unassign(removed)
    grace = {"RECONCILE_GRACE_SECONDS": "900"}
    assert reconciler.run(apply=True, settings=grace).counts == {"young": 1}
    works.shop.advance(901)
    assert reconciler.run(apply=True, settings=grace).counts == {"missing": 1, "applied": 1}


def test_a_new_assignment_that_is_not_listed_yet_is_no_removal(
    works: Works, reconciler: Reconciler
) -> None:
    """A webhook reported it, the list lags: without an event nothing is concluded so soon."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 0})
    reconciler.run(apply=False)
    (code,) = made["codes"]
    assert reconciler.registry.remember(
        Assignment(
            holder="rh_lagging",
            customer=code["referrer"]["customer"],
            role="REFEREE",
            code=code["id"],
            campaign=made["campaign"],
            since=works.shop.now().isoformat(),
        )
    )
    counts = reconciler.run(apply=True, settings={"RECONCILE_GRACE_SECONDS": "900"}).counts
    assert counts == {"young": 1}


def test_a_webhook_about_an_assignment_feeds_the_book(works: Works, reconciler: Reconciler) -> None:
    """Assigned after one run and removed before the next: the removal is found all the same."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    unseen = Assignment(
        holder="rh_1", customer="cust_1", role="REFEREE", code="v_1", campaign=made["campaign"]
    )
    assert not reconciler.registry.remember(unseen), "no run reconciles this campaign yet"
    reconciler.run(apply=False)
    (code,) = made["codes"]
    customer = works.shop.call("POST", "/customers", {"name": "Ada"})["id"]
    assigned = works.shop.call("POST", "/assign", {"code": code["code"], "customer": customer})
    holder = assigned["holder"]
    assert reconciler.registry.remember(
        Assignment(
            holder=holder,
            customer=customer,
            role="REFEREE",
            code=code["id"],
            campaign=made["campaign"],
        )
    )
    works.shop.unassign(holder)
    reconciler.run(apply=True)
    works.complete()
    assert taken_back(works)[holder] == 1


@pytest.mark.parametrize("announced", [False, True])
def test_a_deleted_code_is_for_a_person_unless_an_event_reports_it(
    works: Works, reconciler: Reconciler, announced: bool
) -> None:
    """Shops delete codes of old campaigns: that takes nothing back by itself."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.run(apply=False)
    (code, _) = made["codes"]
    works.shop.call("DELETE", f"/vouchers/{code['id']}", {"announce": announced})
    progress = reconciler.run(apply=True)
    works.complete()
    gone = {code["referees"][0]["holder"], code["referrer"]["holder"]}
    if announced:
        assert {each.assignment.holder for each in progress.missing} == gone
    else:
        assert {each.holder for each, _ in progress.persons} == gone
        assert progress.counts == {"code_gone": 2}
        assert taken_back(works)[code["referees"][0]["holder"]] == 0
    assert reconciler.run(apply=True).counts == {}


def test_a_deleted_customer_is_for_a_person(works: Works, reconciler: Reconciler) -> None:
    """A customer who asks to be deleted was not removed from a code for that."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    reconciler.run(apply=False)
    works.shop.call("DELETE", f"/customers/{made['codes'][0]['referees'][0]['customer']}")
    progress = reconciler.run(apply=True)
    assert progress.counts == {"customer_gone": 1}
    assert [each.holder for each, _ in progress.persons] == referees(made)


def test_who_is_listed_again_is_not_missing(works: Works, reconciler: Reconciler) -> None:
    """One list came back without a holder: the next one with them takes the finding back."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    reconciler.run(apply=False)
    held = next(iter(works.shop.world.store.holders[each] for each in referees(made)))
    works.shop.world.store.remove_holder(held)
    assert len(reconciler.run(apply=False).missing) == 1
    works.shop.world.store.add_holder(held)
    reconciler.run(apply=False)
    assert list(reconciler.registry.missing()) == []


def test_a_customer_can_be_read_while_all_codes_are(works: Works, reconciler: Reconciler) -> None:
    """Support need not wait hours for a run over the codes, nor does it lose its place."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    works.shop.unassign(*referees(made))
    whole = reconciler.registry.begin("another", "campaigns all")
    assert not isinstance(whole, str)
    customer = made["codes"][0]["referees"][0]["customer"]
    scope = Scope(customers=(customer,), since="2020-01-01T00:00:00+00:00")
    assert reconciler.run(scope, apply=True).counts == {"missing": 1, "applied": 1}
    reconciler.registry.move("another", {"codes": 1})
    with pytest.raises(BusyError, match="another"):
        reconciler.run(apply=False)

"""Events of customers that cannot be read are skipped and counted, and others are read."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.histories.altered import listed
from tests.histories.reconciled import Reconciler, referees
from tests.histories.works import Works
from worker.reconcile.progress import Scope
from worker.settings.policies import Policies


@pytest.fixture
def reconciler(works: Works, monkeypatch: pytest.MonkeyPatch) -> Reconciler:
    """Runs, upon works with nothing in them."""
    works.begin(Policies())
    return Reconciler(works, monkeypatch)


def holder_without(name: str) -> Callable[[dict[str, Any]], Any]:
    """Make a field of the holder of a flat event null."""
    return lambda event: (
        event | {"data": event["data"] | {"holder": event["data"]["holder"] | {name: None}}}
    )


ODD_EVENTS = [
    pytest.param(lambda event: event | {"id": None}, id="id"),
    pytest.param(lambda event: event | {"created_at": None}, id="time null"),
    pytest.param(lambda event: event | {"created_at": "yesterday"}, id="time unreadable"),
    pytest.param(lambda event: event | {"data": None}, id="data"),
    pytest.param(lambda event: event | {"data": {"holder": {"id": None}}}, id="holder"),
    pytest.param(lambda event: event | {"type": None}, id="type"),
    pytest.param(lambda _: None, id="nothing"),
    pytest.param(lambda _: "an event", id="a text"),
]


@pytest.mark.parametrize("change", ODD_EVENTS)
def test_an_odd_event_is_no_proof_and_no_obstacle(
    works: Works, reconciler: Reconciler, change: Callable[[Any], Any]
) -> None:
    """Who is not listed any more is missing without it, too; it is counted."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    reconciler.run(apply=False)
    works.shop.unassign(*referees(made))
    reconciler.way.alter("*/activity", listed(lambda found: [change(found[0])]))
    progress = reconciler.run(apply=False)
    assert progress.counts == {"odd_event": 1, "missing": 1}
    assert [each.event for each in progress.missing] == [""]


@pytest.mark.parametrize(
    "change",
    [
        *ODD_EVENTS,
        *(
            pytest.param(holder_without(name), id=name)
            for name in ("customer_id", "holder_role", "redeemable_id", "campaign_id")
        ),
    ],
)
def test_an_odd_event_of_a_customer_keeps_no_other_event_from_being_read(
    works: Works, reconciler: Reconciler, change: Callable[[Any], Any]
) -> None:
    """Of two removals the odd one is counted and the other one is found."""
    works.shop.call("PUT", "/options", {"activity_shape": "flat"})
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    one, other = (code["referees"][0]["customer"] for code in made["codes"])
    works.shop.unassign(*referees(made))
    reconciler.way.alter(
        f"/v1/customers/{one}/activity", listed(lambda found: [change(found[0]), *found[1:]])
    )
    scope = Scope(customers=(one, other), since="2020-01-01T00:00:00+00:00")
    progress = reconciler.run(scope, apply=True)
    assert progress.counts == {"odd_event": 1, "missing": 1, "applied": 1}
    assert [each.assignment.customer for each in progress.missing] == [other]


def test_what_is_an_owners_is_not_odd(works: Works, reconciler: Reconciler) -> None:
    """A coupon of someone's own on the code, or taken from them: no referral, and no news."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    (referee,) = made["codes"][0]["referees"]
    holder = referee["holder"]
    owner = {"holder_role": "OWNER"}
    reconciler.way.alter(
        "*/holders",
        listed(lambda found: [each | owner if each["id"] == holder else each for each in found]),
    )
    assert reconciler.run(apply=True).counts == {}
    works.shop.unassign(holder)
    reconciler.way.alter(
        "*/activity",
        listed(lambda found: [found[0] | {"data": {"holder": {"id": holder} | owner}}]),
    )
    scope = Scope(customers=(referee["customer"],), since="2020-01-01T00:00:00+00:00")
    assert reconciler.run(scope, apply=True).counts == {}

"""What Voucherify lists in odd ways is skipped and counted, and no one counts as removed for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.histories.altered import listed
from tests.histories.reconciled import Reconciler, referees, taken_back
from tests.histories.works import Works
from worker.settings.policies import Policies


@pytest.fixture
def reconciler(works: Works, monkeypatch: pytest.MonkeyPatch) -> Reconciler:
    """Runs, upon works with nothing in them."""
    works.begin(Policies())
    return Reconciler(works, monkeypatch)


def without(name: str) -> Callable[[dict[str, Any]], Any]:
    """Leave a field out."""
    return lambda entry: {field: value for field, value in entry.items() if field != name}


def of(holder: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    """Alter one entry of a list, by its id."""
    return listed(lambda found: [change(each) if each["id"] == holder else each for each in found])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda entry: entry | {"customer_id": None}, id="customer null"),
        pytest.param(without("customer_id"), id="customer missing"),
        pytest.param(lambda entry: entry | {"customer_id": 5}, id="customer a number"),
        pytest.param(lambda entry: entry | {"holder_role": None}, id="role null"),
        pytest.param(without("holder_role"), id="role missing"),
        pytest.param(lambda entry: entry | {"holder_role": "WITNESS"}, id="role unknown"),
        pytest.param(lambda entry: {"id": entry["id"]}, id="id alone"),
    ],
)
def test_an_odd_holder_with_an_id_is_still_listed(
    works: Works, reconciler: Reconciler, change: Callable[[Any], Any]
) -> None:
    """They are not missing; who was removed from the same code is; other codes are checked."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 2})
    reconciler.run(apply=False)
    odd, removed, _, elsewhere = referees(made)
    works.shop.unassign(removed, elsewhere)
    reconciler.way.alter("*/holders", of(odd, change))
    progress = reconciler.run(apply=True)
    works.complete()
    assert progress.counts == {"odd_holder": 1, "missing": 2, "applied": 2}
    assert taken_back(works) == {removed: 1, elsewhere: 1}
    assert progress.checked == 2
    code = made["codes"][0]["id"]
    assert [(str(what), ids) for what, ids in progress.skipped] == [
        ("odd_holder", {"code": code, "campaign": made["campaign"], "holder": odd})
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda entry: entry | {"id": None}, id="null"),
        pytest.param(without("id"), id="missing"),
        pytest.param(lambda entry: entry | {"id": " "}, id="blank"),
        pytest.param(lambda entry: entry | {"id": 7}, id="a number"),
        pytest.param(lambda entry: entry["id"], id="a text"),
        pytest.param(lambda _: None, id="nothing"),
    ],
)
def test_from_a_code_with_a_holder_without_an_id_nothing_is_concluded(
    works: Works, reconciler: Reconciler, change: Callable[[Any], Any]
) -> None:
    """It may be anybody known before. The other code is checked, and the next run this one."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 2})
    reconciler.run(apply=False)
    odd, removed, _, elsewhere = referees(made)
    works.shop.unassign(removed, elsewhere)
    reconciler.way.alter("*/holders", of(odd, change))
    counts = reconciler.run(apply=True).counts
    works.complete()
    assert counts == {"odd_holder": 1, "undecided": 1, "missing": 1, "applied": 1}
    assert taken_back(works) == {removed: 0, elsewhere: 1}

    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {"missing": 1, "applied": 1}
    works.complete()
    assert taken_back(works) == {removed: 1, elsewhere: 1}


@pytest.mark.parametrize("name", ["customer_id", "holder_role"])
def test_who_was_skipped_as_odd_is_not_known_and_cannot_be_missing(
    works: Works, reconciler: Reconciler, name: str
) -> None:
    """Skipped at the first run and not listed at the second: no one knew them."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 2})
    odd, plain = referees(made)
    reconciler.way.alter("*/holders", of(odd, lambda entry: entry | {name: None}))
    assert reconciler.run(apply=True).counts == {"odd_holder": 1}
    code = made["codes"][0]
    known = reconciler.registry.known(code["id"], made["campaign"])
    assert set(known) == {plain, code["referrer"]["holder"]}
    works.shop.unassign(odd)
    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {}


def test_an_odd_holder_may_be_the_next_assignment_of_who_is_gone(
    works: Works, reconciler: Reconciler
) -> None:
    """Without an event a removal ends before the next one listed whose customer is not known."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 1})
    (code,) = made["codes"]
    (referee,) = code["referees"]
    reconciler.run(apply=False)
    works.shop.unassign(referee["holder"])
    works.shop.world.store.forget_activity()
    works.shop.advance(60)
    again = works.shop.call(
        "POST", "/assign", {"code": code["code"], "customer": referee["customer"]}
    )["holder"]
    since = works.shop.world.store.holders[again].created_at
    works.shop.advance(60)
    reconciler.way.alter("*/holders", of(again, lambda entry: entry | {"customer_id": None}))
    (missing,) = reconciler.run(apply=False).missing
    assert missing.removed == (since - timedelta(milliseconds=1)).isoformat(timespec="milliseconds")


@pytest.mark.parametrize("odd", [{"id": None, "code": "A"}, {"code": "A"}, {"id": 5}, {}, None, 7])
def test_an_odd_code_keeps_no_other_from_being_checked(
    works: Works, reconciler: Reconciler, odd: Any
) -> None:
    """It is counted; a code that is known is checked under its id however it is listed."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.run(apply=False)
    works.shop.unassign(*referees(made))
    reconciler.way.alter("/v1/vouchers", listed(lambda found: [odd, *found[1:]], "vouchers"))
    progress = reconciler.run(apply=True)
    assert progress.counts == {"odd_code": 1, "missing": 2, "applied": 2}
    assert not any("None" in path or "/5/" in path for path in reconciler.way.asked)


@pytest.mark.parametrize("odd", [{"id": None}, {}, {"id": ["camp_1"]}, None, "camp_1"])
def test_an_odd_campaign_keeps_no_other_from_being_checked(
    works: Works, reconciler: Reconciler, odd: Any
) -> None:
    """It is counted, and no campaign of the name None is asked for."""
    works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.way.alter("/v1/campaigns", listed(lambda found: [odd, *found], "campaigns"))
    progress = reconciler.run(apply=True)
    assert (progress.checked, progress.counts) == (2, {"odd_campaign": 1})


@pytest.mark.parametrize("many", [None, "2", True, -1])
def test_how_many_codes_a_campaign_has_need_not_be_known(
    works: Works, reconciler: Reconciler, many: Any
) -> None:
    """The figure is for the progress alone, so nothing is skipped."""
    works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.way.alter(
        "/v1/campaigns",
        listed(lambda found: [each | {"vouchers_count": many} for each in found], "campaigns"),
    )
    progress = reconciler.run(apply=True)
    assert (progress.checked, progress.total, progress.counts) == (2, 2, {})


@pytest.mark.parametrize("more", [None, "yes", 0])
def test_a_page_that_does_not_say_whether_it_is_the_last_ends_no_list(
    works: Works, reconciler: Reconciler, more: Any
) -> None:
    """A holder on a page after it would count as removed."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.run(apply=False)
    code = made["codes"][0]["id"]
    reconciler.way.alter(f"*/{code}/holders", lambda page: {**page, "data": [], "has_more": more})
    assert reconciler.run(apply=True).counts == {"failing": 1}

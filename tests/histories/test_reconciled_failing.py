"""One code, customer or page that cannot be asked for keeps no other from being checked."""

from typing import Any

import httpx2
import pytest

from tests.engine import KEYS
from tests.histories.altered import Change, foreign, own
from tests.histories.reconciled import Reconciler, referees, taken_back
from tests.histories.works import Works
from worker.errors import RetryableError
from worker.reconcile.progress import Scope
from worker.reconcile.source.each import MOST_IN_A_ROW
from worker.settings.policies import Policies


WAYS = [
    pytest.param(own(400, "invalid_payload"), id="refused"),
    pytest.param(own(423, "locked"), id="locked"),
    pytest.param(foreign(404), id="foreign"),
]


@pytest.fixture
def reconciler(works: Works, monkeypatch: pytest.MonkeyPatch) -> Reconciler:
    """Runs, upon works with nothing in them."""
    works.begin(Policies())
    return Reconciler(works, monkeypatch)


def unreadable(_: Any) -> httpx2.Response:
    """Answer with what is no JSON."""
    return httpx2.Response(200, text="}{")


@pytest.mark.parametrize(
    ("change", "expected", "tries"),
    [
        pytest.param(own(400, "invalid_payload"), "refused", 1, id="refused"),
        pytest.param(own(423, "resource_locked"), "failing", 3, id="locked"),
        pytest.param(own(409, "multiple_requests"), "failing", 3, id="conflict"),
        pytest.param(own(500, "internal_error"), "failing", 3, id="broken"),
        pytest.param(own(404, "something_else"), "failing", 3, id="another 404"),
        pytest.param(foreign(404), "failing", 3, id="foreign 404"),
        pytest.param(foreign(502), "failing", 3, id="foreign 502"),
        pytest.param(unreadable, "failing", 3, id="unreadable"),
        pytest.param(lambda _: {"data": None}, "failing", 3, id="no list"),
    ],
)
def test_one_code_that_fails_in_its_own_way_is_skipped(
    works: Works, reconciler: Reconciler, change: Change, expected: str, tries: int
) -> None:
    """It is counted, the codes after it are checked, and the next run asks for it again."""
    made = works.shop.call("POST", "/codes", {"codes": 3, "referees": 1})
    reconciler.run(apply=False)
    removed = referees(made)
    works.shop.unassign(*removed)
    first = made["codes"][0]["id"]
    reconciler.way.alter(f"*/{first}/holders", change)
    for _ in range(2):
        reconciler.way.asked.clear()
        progress = reconciler.run(apply=True)
        works.complete()
        assert progress.counts.pop(expected) == 1
        assert [(str(what), ids["code"]) for what, ids in progress.skipped] == [(expected, first)]
        asked = sum(path.endswith(f"/{first}/holders") for path in reconciler.way.asked)
        assert asked == tries
    assert taken_back(works) == {removed[0]: 0, removed[1]: 1, removed[2]: 1}

    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {"missing": 1, "applied": 1}


def test_while_the_api_is_down_no_code_is_skipped(works: Works, reconciler: Reconciler) -> None:
    """The run ends, and continues with the same code."""
    made = works.shop.call("POST", "/codes", {"codes": 3, "referees": 1})
    reconciler.run(apply=False)
    works.shop.unassign(*referees(made))
    reconciler.way.alter("*/holders", foreign(503))
    reconciler.way.alter(
        "/v1/campaigns", lambda page: page if page["total"] > 9 else foreign(503)(0)
    )
    with pytest.raises(RetryableError, match="503"):
        reconciler.run(Scope(campaigns=(made["campaign"],)), apply=True)
    last = reconciler.registry.last()
    assert last is not None
    assert last.fields["state"] == "running"
    assert "failing" not in last.fields

    reconciler.way.clear()
    progress = reconciler.run(Scope(campaigns=(made["campaign"],)), apply=True)
    assert progress.counts == {"missing": 3, "applied": 3}
    assert works.store.hget(KEYS.reconcile, "run") == b"2"


def test_if_code_after_code_fails_the_run_ends_and_continues_behind_them(
    works: Works, reconciler: Reconciler
) -> None:
    """Lists are answered and holders are not: an outage of its own, which must end some time."""
    many = MOST_IN_A_ROW + 3
    made = works.shop.call("POST", "/codes", {"codes": many, "referees": 1})
    reconciler.run(apply=False)
    works.shop.unassign(*referees(made))
    reconciler.way.alter("*/holders", foreign(503))
    with pytest.raises(RetryableError, match=f"{MOST_IN_A_ROW} codes in a row"):
        reconciler.run(apply=True)
    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {"missing": 3, "applied": 3}
    rest = reconciler.run(apply=True).counts
    assert rest == {"missing": MOST_IN_A_ROW, "applied": MOST_IN_A_ROW}


def test_codes_that_fail_among_others_end_no_run(works: Works, reconciler: Reconciler) -> None:
    """As many as would be an outage in a row, each followed by one that is answered."""
    made = works.shop.call("POST", "/codes", {"codes": 2 * MOST_IN_A_ROW, "referees": 1})
    for code in made["codes"][::2]:
        reconciler.way.alter(f"*/{code['id']}/holders", own(423, "locked"))
    progress = reconciler.run(apply=True)
    assert progress.checked == 2 * MOST_IN_A_ROW
    assert progress.counts == {"failing": MOST_IN_A_ROW}


@pytest.mark.parametrize("change", WAYS)
def test_a_customer_who_cannot_be_asked_for_keeps_no_other_from_being_found(
    works: Works, reconciler: Reconciler, change: Change
) -> None:
    """Two were removed from one code; of one the activity fails, and they stay known."""
    made = works.shop.call("POST", "/codes", {"codes": 1, "referees": 2})
    reconciler.run(apply=False)
    failing, other = made["codes"][0]["referees"]
    works.shop.unassign(*referees(made))
    reconciler.way.alter(f"/v1/customers/{failing['customer']}/activity", change)
    progress = reconciler.run(apply=True)
    works.complete()
    assert progress.counts["missing"] == 1
    assert [ids["holder"] for _, ids in progress.skipped] == [failing["holder"]]
    assert taken_back(works) == {failing["holder"]: 0, other["holder"]: 1}

    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {"missing": 1, "applied": 1}


@pytest.mark.parametrize("change", WAYS)
def test_of_customers_that_are_named_one_keeps_no_other_from_being_checked(
    works: Works, reconciler: Reconciler, change: Change
) -> None:
    """The first cannot be asked for; the second one's removal is found."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    one, other = (code["referees"][0]["customer"] for code in made["codes"])
    works.shop.unassign(*referees(made))
    reconciler.way.alter(f"/v1/customers/{one}/activity", change)
    scope = Scope(customers=(one, other), since="2020-01-01T00:00:00+00:00")
    progress = reconciler.run(scope, apply=True)
    assert [ids for _, ids in progress.skipped] == [{"customer": one}]
    assert [each.assignment.customer for each in progress.missing] == [other]


@pytest.mark.parametrize("every", [1, 2])
def test_customers_that_fail_end_the_run_only_in_a_row(
    works: Works, reconciler: Reconciler, every: int
) -> None:
    """Each one fails, or each second one; a run that ended continues behind them."""
    made = works.shop.call("POST", "/codes", {"codes": 2 * MOST_IN_A_ROW, "referees": 1})
    customers = tuple(code["referees"][0]["customer"] for code in made["codes"])
    for customer in customers[::every]:
        reconciler.way.alter(f"/v1/customers/{customer}/activity", own(423, "locked"))
    scope = Scope(customers=customers, since="2020-01-01T00:00:00+00:00")
    if every == 1:
        with pytest.raises(RetryableError, match=f"{MOST_IN_A_ROW} customers in a row"):
            reconciler.run(scope, apply=True)
        reconciler.way.clear()
    progress = reconciler.run(scope, apply=True)
    assert progress.checked == (MOST_IN_A_ROW if every == 1 else 2 * MOST_IN_A_ROW)
    assert progress.counts == ({} if every == 1 else {"failing": MOST_IN_A_ROW})


@pytest.mark.parametrize("change", WAYS)
def test_of_what_was_found_one_that_cannot_be_written_keeps_no_other_from_it(
    works: Works, reconciler: Reconciler, change: Change
) -> None:
    """The command shows what would be taken back of all others."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.run(apply=False)
    works.shop.unassign(*referees(made))
    reconciler.run(apply=False)
    failing, other = (code["referees"][0] for code in made["codes"])
    reconciler.way.alter(f"/v1/customers/{failing['customer']}/activity", change)
    (body,) = reconciler.bodies()
    assert other["holder"].encode() in body


def test_what_was_found_and_cannot_be_delivered_stays_noted(
    works: Works, reconciler: Reconciler
) -> None:
    """Each run begins with what was found before: one customer must not end each at its start."""
    made = works.shop.call("POST", "/codes", {"codes": 2, "referees": 1})
    reconciler.run(apply=False)
    works.shop.unassign(*referees(made))
    reconciler.run(apply=False)
    failing, other = (code["referees"][0] for code in made["codes"])
    reconciler.way.alter(f"/v1/customers/{failing['customer']}/activity", foreign(404))
    assert reconciler.run(apply=True).counts == {"failing": 1, "applied": 1}
    works.complete()
    assert taken_back(works) == {failing["holder"]: 0, other["holder"]: 1}
    reconciler.way.clear()
    assert reconciler.run(apply=True).counts == {"applied": 1}


@pytest.mark.parametrize("change", WAYS)
def test_a_page_of_codes_that_fails_is_skipped(
    works: Works, reconciler: Reconciler, change: Change
) -> None:
    """The pages after it are read, and of the page what is known is checked."""
    made = works.shop.call("POST", "/codes", {"codes": 150, "referees": 0})
    first = {code["id"] for code in made["codes"][:100]}
    reconciler.way.alter(
        "/v1/vouchers",
        lambda page: change(page) if page["vouchers"][0]["id"] in first else page,
    )
    progress = reconciler.run(Scope(campaigns=(made["campaign"],)), apply=True)
    assert progress.checked == 50
    assert [ids for _, ids in progress.skipped] == [{"campaign": made["campaign"], "page": "1"}]
    reconciler.way.clear()
    assert reconciler.run(Scope(campaigns=(made["campaign"],)), apply=True).checked == 150


@pytest.mark.parametrize("change", WAYS[:2])
def test_a_campaign_that_cannot_be_asked_for_keeps_no_other_from_being_checked(
    works: Works, reconciler: Reconciler, change: Change
) -> None:
    """Its list of codes fails, too, and it is known: the codes that are known are checked."""
    made = [works.shop.call("POST", "/codes", {"codes": 2, "referees": 1}) for _ in range(2)]
    one, other = (each["campaign"] for each in made)
    scope = Scope(campaigns=(one, other))
    reconciler.run(scope, apply=False)
    works.shop.unassign(*referees(made[0]), *referees(made[1]))
    mine = {code["id"] for code in made[0]["codes"]}
    reconciler.way.alter(f"/v1/campaigns/{one}", change)
    reconciler.way.alter(
        "/v1/vouchers", lambda page: change(page) if page["vouchers"][0]["id"] in mine else page
    )
    progress = reconciler.run(scope, apply=True)
    assert progress.counts["applied"] == 4
    assert [ids for _, ids in progress.skipped] == [
        {"campaign": one},
        {"campaign": one, "page": "1"},
    ]

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.samples import assignment_deleted
from tests.unit.worker.build import event_of, job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.learned import InMemory
from tests.unit.worker.revocations import (
    ASSIGNED,
    CODE,
    HOLDER,
    INSIDE,
    NONE,
    REFEREE,
    REMOVED,
    referrer_left,
)
from worker.errors import NeedsPersonError
from worker.revocation.cards import Change
from worker.revocation.find.finder import Finder
from worker.revocation.find.needs import needs
from worker.revocation.findings import Findings, Presence
from worker.settings.policies import Policies


MS = timedelta(milliseconds=1)
CARD = {
    "redeemable_id": "v_gift",
    "voucher_type": "GIFT_VOUCHER",
    "holder_role": "OWNER",
    "customer_id": REFEREE,
}


def _given(at: Any = INSIDE, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"vtx_{number}",
        "type": "CREDITS_ADDITION",
        "created_at": at.isoformat() if at else None,
        "details": {"balance": {"amount": 500}},
    } | more


def _find(api: FakeApi, event: Any = None, policies: Policies = NONE) -> Findings:
    event = event or removal()
    return Finder(api, InMemory()).find(event, needs(event, policies), job())


def _listed(holder: str, customer: str = REFEREE, at: Any = ASSIGNED) -> dict[str, Any]:
    return {
        "id": holder,
        "customer_id": customer,
        "created_at": at.isoformat() if at else None,
    }


@pytest.mark.parametrize(
    ("holders", "presence"),
    [
        ([], Presence.GONE),
        ([_listed(HOLDER)], Presence.STILL_ASSIGNED),
        ([_listed("rh_new", at=ASSIGNED + MS)], Presence.ASSIGNED_AGAIN),
        ([_listed("rh_new", at=ASSIGNED + MS), _listed(HOLDER)], Presence.STILL_ASSIGNED),
        ([_listed("rh_old", at=ASSIGNED - MS)], Presence.GONE),
        # Unreadable: the cautious reading leaves code and mark alone.
        ([_listed("rh_new", at=None)], Presence.ASSIGNED_AGAIN),
        # The filter was ignored: other customers' assignments say nothing.
        ([_listed("rh_new", "cust_other", REMOVED)], Presence.GONE),
        # An id is of one assignment, no matter which customer it names.
        ([_listed(HOLDER) | {"customer_id": None}], Presence.STILL_ASSIGNED),
        (None, Presence.CODE_GONE),
    ],
)
def test_where_the_assignment_stands_is_read_of_the_codes_holders(
    holders: list[dict[str, Any]] | None, presence: Presence
) -> None:
    """This assignment, a newer one, an older one, others', and none at all."""
    assert _find(FakeApi(holders_of=holders)).presence is presence


def test_an_assignment_that_the_customers_own_list_still_has_is_not_gone() -> None:
    """The two lists may be of different replicas; either is enough."""
    held = {"id": HOLDER, "redeemable_id": CODE, "holder_role": "REFEREE"}

    assert _find(FakeApi(held=[held])).presence is Presence.STILL_ASSIGNED


@pytest.mark.parametrize("event", [removal(), referrer_left()], ids=["referee", "referrer"])
@pytest.mark.parametrize(
    ("customer", "code", "presence"),
    [
        (True, True, Presence.GONE),
        (True, False, Presence.CODE_GONE),
        (False, True, Presence.GONE),
        (False, False, Presence.NOTHING_KNOWN),
    ],
)
def test_nothing_known_is_distinguished_from_a_code_that_is_gone(
    event: Any, *, customer: bool, code: bool, presence: Presence
) -> None:
    """With keys of another project neither is known, for a referee's and a referrer's event."""
    name = event.holder.customer_id
    api = FakeApi(
        holders_of=[] if code else None,
        held=[] if customer else None,
        customers={name: {}} if customer else {},
    )

    assert _find(api, event).presence is presence


def test_additions_are_searched_for_on_all_cards_of_the_customer_alone() -> None:
    """The referrer's code, held as a referee or as if it were a card, is never read."""
    held: list[dict[str, Any]] = [
        CARD,
        {**CARD, "redeemable_id": "v_club", "voucher_type": "LOYALTY_CARD"},
        CARD,
        {**CARD, "redeemable_id": "v_others", "customer_id": "cust_other"},
        {**CARD, "redeemable_id": "v_referrers", "holder_role": "REFEREE"},
        {**CARD, "redeemable_id": CODE, "holder_role": None},
    ]
    api = FakeApi(held=held)

    _find(api)

    read = [call for call in api.calls if call.startswith("transactions")]
    assert read == ["transactions v_gift", "transactions v_club"]


def test_a_card_is_not_read_further_back_than_the_assignment() -> None:
    """A day before the assignment the list, newest first, is left."""
    old = ASSIGNED - timedelta(days=1, milliseconds=1)
    rows = [_given(), _given(old, 2), _given(INSIDE, 3)]
    seen: list[dict[str, Any]] = []

    def newest_first() -> Iterator[dict[str, Any]]:
        for row in rows:
            seen.append(row)
            yield row

    found = _find(FakeApi(held=[CARD], listed={"v_gift": newest_first()}))

    (statement,) = found.statements
    assert [each.id for each in statement.entries] == ["vtx_1", "vtx_2"]
    assert seen == rows[:2]
    assert statement.opening == 0


def test_what_was_taken_off_already_is_noted_by_name() -> None:
    """A take-back of this assignment that the ledger forgot is seen."""
    rows = [{"id": "vtx_9", "source_id": f"rvk:{HOLDER}:gift_credits"}, _given()]

    found = _find(FakeApi(held=[CARD], listed={"v_gift": rows}))

    (statement,) = found.statements
    assert statement.changes == (Change(f"rvk:{HOLDER}:gift_credits", "vtx_9", 0),)


def test_a_card_that_is_gone_gave_nothing() -> None:
    """A 404 between two calls is no accident."""
    assert _find(FakeApi(held=[CARD], listed={"v_gift": None})).statements == ()


def test_without_the_time_of_the_assignment_a_person_decides() -> None:
    """No window, no guess; without any card there is nothing to guess about."""
    document = assignment_deleted()
    document["data"]["holder"]["created_at"] = None
    event = event_of(document)

    with pytest.raises(NeedsPersonError, match=r"data\.holder\.created_at is missing"):
        _find(FakeApi(held=[CARD]), event)
    assert _find(FakeApi(held=[]), event).statements == ()

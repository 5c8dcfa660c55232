from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.worker.money import account, row
from tests.unit.worker.revocations import CAMPAIGN, CLUB, GIFT
from worker.revocation.cards import Card, Change, Origin, Unread
from worker.revocation.read.listed import changes_in
from worker.revocation.read.promise import promise_of
from worker.revocation.read.rewards import rewards_of
from worker.revocation.read.statement import balance_of, card_of, entry_of, statement_of
from worker.revocation.read.voucher import code_of, conversions_of


ME = "cust_1"
NAME = "rvk:rh_1:gift_credits"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def _entry(**more: Any) -> dict[str, Any]:
    return row(**{"id": "vtx_1", **more})


@pytest.mark.parametrize(
    ("kind", "amount", "addition"),
    [
        ("CREDITS_ADDITION", 500, True),
        ("POINTS_ADDITION", 500, True),
        ("POINTS_ACCRUAL", 500, True),
        ("CREDITS_REMOVAL", -500, False),
        ("CREDITS_REFUND", 500, False),
        ("CREDITS_REDEMPTION", -500, False),
        ("POINTS_TRANSFER_IN", 500, False),
        ("POINTS_TRANSFER_OUT", -500, False),
        ("POINTS_REFUND", 500, False),
        ("POINTS_EXPIRATION", -500, False),
        ("PENDING_POINTS_ACTIVATION", 500, False),
        ("SOMETHING_NEW", 500, False),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_types_amount_has_one_sign(kind: str, amount: int, sign: int, *, addition: bool) -> None:
    """What takes off is negative however it is written, and only additions can be a reward."""
    if amount > 0 and sign < 0:
        return
    entry = entry_of(_entry(kind=kind, amount=500 * sign))

    assert entry
    assert entry.amount == amount
    assert entry.is_addition == addition


@pytest.mark.parametrize(
    ("balance", "amount"),
    [
        ({"amount": 500}, 500),
        ({"points": 500}, 500),
        ({"amount": 500.0}, 500),
        ({"amount": 300, "points": 0}, 300),
        ({"amount": 0, "points": 300}, 300),
        ({"amount": 300, "points": 300}, 300),
        ({"amount": None, "points": 300}, 300),
        ({"amount": 0}, 0),
        ({"amount": -500}, -500),
        ({"amount": 300, "points": 5}, None),
        ({"amount": 500.5}, None),
        ({"amount": "500"}, None),
        ({"amount": True}, None),
        ({"amount": float("inf")}, None),
        ({"amount": float("nan")}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
    ids=str,
)
def test_an_amount_is_a_whole_number_in_one_of_two_places(balance: Any, amount: int | None) -> None:
    """500.0 is how some JSON writers put 500; a 0 beside it says nothing; nothing is guessed."""
    entry = entry_of(_entry() | {"details": {"balance": balance}})

    assert (entry.amount if entry else None) == amount


@pytest.mark.parametrize(
    "lacking",
    [
        {"created_at": None},
        {"created_at": "yesterday"},
        {"created_at": 1740009600},
        {"id": None},
        {"id": ""},
        {"type": None},
        {"type": []},
        {"details": None},
        {"details": []},
    ],
    ids=str,
)
def test_what_lacks_id_type_time_or_amount_is_kept_as_not_read(lacking: dict[str, Any]) -> None:
    """It is no entry, and the statement still says that it is there."""
    transaction = _entry() | lacking
    made = account()

    statement = statement_of(GIFT, made.held, [transaction], whole=True)

    assert statement.entries == ()
    (unread,) = statement.unreadable
    assert unread.id == (transaction["id"] or "?")
    assert unread.may_be_addition


@pytest.mark.parametrize(
    ("unread", "may_be"),
    [
        (Unread(id="a", kind=None, at=None, ours=False), True),
        (Unread(id="a", kind="POINTS_ACCRUAL", at=None, ours=False), True),
        (Unread(id="a", kind="POINTS_REDEMPTION", at=None, ours=False), False),
        (Unread(id="a", kind=None, at=None, ours=True), False),
    ],
    ids=["no type", "an addition", "a purchase", "ours"],
)
def test_only_some_of_what_is_not_read_may_be_a_reward(unread: Unread, *, may_be: bool) -> None:
    """Another type, or a name of our own, rules it out."""
    assert unread.may_be_addition == may_be


def _with(**details: Any) -> dict[str, Any]:
    return {"details": details}


@pytest.mark.parametrize(
    ("overrides", "origin"),
    [
        ({}, Origin.AUTOMATIC),
        ({"source": "Automation"}, Origin.AUTOMATIC),
        (_with(event={"type": "customer.rewarded"}), Origin.AUTOMATIC),
        (_with(order=None, earning_rule=None), Origin.AUTOMATIC),
        (_with(holder_loyalty_tier={"id": "lt_1"}), Origin.AUTOMATIC),
        ({"source": "Migration"}, Origin.UNKNOWN),
        ({"source": "API"}, Origin.BY_HAND),
        ({"source": "voucherify-web-ui"}, Origin.BY_HAND),
        ({"source_id": "shop-1"}, Origin.BY_HAND),
        ({"reason": "Sorry"}, Origin.BY_HAND),
        ({"source": "API", **_with(order={"id": "ord_1"})}, Origin.BY_HAND),
        (_with(order={"id": "ord_1"}), Origin.CAUSED),
        (_with(redemption={"id": "r_1"}), Origin.CAUSED),
        (_with(custom_event={"id": "ev_1"}), Origin.CAUSED),
        (_with(reward={"id": "rew_1"}), Origin.CAUSED),
        (_with(pending_points={"id": "lopp_1"}), Origin.CAUSED),
        (_with(redemption={"id": "r_1"}, rollback={"id": "rr_1"}), Origin.REFUNDED),
        (_with(earning_rule={"id": "ern_1"}, order={"id": "ord_1"}), Origin.EARNED),
        (_with(segment={"id": "seg_1"}), Origin.EARNED),
        (_with(loyalty_tier={"id": "lt_1"}), Origin.EARNED),
    ],
    ids=str,
)
def test_what_an_addition_says_of_where_it_comes_from(
    overrides: dict[str, Any], origin: Origin
) -> None:
    """Rules stand before hands, hands before causes; the holder's tier causes nothing."""
    entry = entry_of(_entry(**overrides))

    assert entry
    assert entry.origin is origin


def test_a_manual_operation_is_by_hand() -> None:
    """Voucherify says so itself."""
    reported = _entry()
    reported["details"]["balance"]["operation_type"] = "MANUAL"

    entry = entry_of(reported)

    assert entry
    assert entry.origin is Origin.BY_HAND


@pytest.mark.parametrize(
    ("source_id", "details", "wanted"),
    [
        (NAME, {"balance": {"amount": -500}}, [Change(NAME, "vtx_1", 500)]),
        # The documented example shows the sign of what was asked the other way round.
        (NAME, {"balance": {"points": 250}}, [Change(NAME, "vtx_1", 250)]),
        (NAME, None, [Change(NAME, "vtx_1", 0)]),
        (f"undo:{NAME}", {}, [Change(f"undo:{NAME}", "vtx_1", 0)]),
        ("shop-1", {}, []),
        (None, {}, []),
        (7, {}, []),
    ],
    ids=["credits", "points", "no details", "undone", "another's", "none", "a number"],
)
def test_our_own_changes_are_found_by_their_names(
    source_id: Any, details: Any, wanted: list[Change]
) -> None:
    """Nothing but the name must be readable, so none is made twice."""
    assert list(changes_in([{"id": "vtx_1", "source_id": source_id, "details": details}])) == wanted


@given(ANY_JSON, ANY_JSON, ANY_JSON)
def test_no_answer_is_an_accident(one: Any, two: Any, three: Any) -> None:
    """Whatever JSON the API gives, reading it gives something or nothing, and never raises."""
    odd = {
        "id": one,
        "type": two,
        "source": one,
        "source_id": three,
        "created_at": two,
        "group_id": one,
        "holder_role": one,
        "customer_id": two,
        "voucher_type": three,
        "redeemable_id": one,
        "redemption": two,
        "details": {"balance": {"amount": one, "points": two}, "redemption": three},
        "data": {"data": two} if isinstance(one, str) else three,
        "referrals": {"campaigns": [one, {"campaign_id": two, "related_object_id": three}]},
        "referral_program": {"referee_reward": one},
        "gift": two,
        "loyalty_card": {"balance": three},
    }
    rewarded = {"referral_tier": {"parameters": one}, "reward": one, "balance": two}
    for each in (odd, odd | {"details": one, "redeemable": two}, odd | {"referrals": three}):
        for kind in (two, "CREDITS_ADDITION", "POINTS_ACCRUAL"):
            entry_of(each | {"type": kind})
        card_of(each, ME)
        card_of(each | {"voucher_type": "GIFT_VOUCHER", "redeemable_id": "v"}, ME)
        code_of(each)
        conversions_of(each)
        promise_of(each)
        promise_of({"referral_program": {"referee_reward": {"amount": one, "type": two}}})
        balance_of(each, GIFT)
        balance_of(each, CLUB)
        statement_of(Card("v", "GIFT_VOUCHER", None), each, [each, odd], whole=True)
        rewards_of([each, each | {"type": "customer.rewarded"}], CAMPAIGN)
        rewards_of([{"type": "customer.rewarded", "data": rewarded | {"voucher": three}}], CAMPAIGN)

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.revocation.findings import Card
from worker.revocation.reading import (
    addition_of,
    balance_of,
    card_of,
    change_named,
    code_of,
    redemptions_of,
    removal_name,
    rewards_of,
)


INSIDE = "2025-02-20T00:00:00.000Z"
GIFT = Card("v_gift", "GIFT_VOUCHER", "camp_samovarGiftCards")
CLUB = Card("v_club", "LOYALTY_CARD", "camp_club")
ME = "cust_1"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def _transaction(
    kind: str = "CREDITS_ADDITION", amount: object = 500, at: object = INSIDE, **more: Any
) -> dict[str, Any]:
    unit = "amount" if kind.startswith("CREDITS") else "points"
    details = {"balance": {unit: amount, "balance": 1500}}
    return {"id": "vtx_1", "type": kind, "created_at": at, "details": details} | more


@pytest.mark.parametrize(
    ("kind", "card", "amount"),
    [
        ("CREDITS_ADDITION", GIFT, 500),
        ("POINTS_ADDITION", CLUB, 500),
        ("POINTS_ACCRUAL", CLUB, 500),
        ("CREDITS_REMOVAL", GIFT, None),
        ("CREDITS_REFUND", GIFT, None),
        ("CREDITS_REDEMPTION", GIFT, None),
        ("POINTS_TRANSFER_IN", CLUB, None),
        ("POINTS_REFUND", CLUB, None),
        ("POINTS_EXPIRATION", CLUB, None),
        ("PENDING_POINTS_ACTIVATION", CLUB, None),
        ("", GIFT, None),
    ],
)
def test_only_additions_are_additions(kind: str, card: Card, amount: int | None) -> None:
    """Refunds, transfers and removals are never taken for a reward."""
    found = addition_of(_transaction(kind), card)

    assert (found.amount if found else None) == amount


@pytest.mark.parametrize(
    ("overrides", "amount"),
    [
        ({"amount": 500.0}, 500),
        ({"amount": 500.5}, None),
        ({"amount": "500"}, None),
        ({"amount": True}, None),
        ({"amount": 0}, None),
        ({"amount": -500}, None),
        ({"amount": float("inf")}, None),
        ({"amount": float("nan")}, None),
        ({"at": None}, None),
        ({"at": "yesterday"}, None),
        ({"at": 1740009600}, None),
        ({"id": None}, None),
        ({"details": None}, None),
        ({"details": {"balance": []}}, None),
    ],
)
def test_an_addition_that_cannot_be_read_is_none(
    overrides: dict[str, Any], amount: int | None
) -> None:
    """500.0 is how some JSON writers put 500; nothing else is guessed at."""
    found = addition_of(_transaction(**overrides), GIFT)

    assert (found.amount if found else None) == amount


def _details(**more: Any) -> dict[str, Any]:
    return {"details": {"balance": {"amount": 500}} | more}


@pytest.mark.parametrize(
    ("overrides", "automatic"),
    [
        ({}, True),
        ({"source": None, "source_id": None}, True),
        ({"source": "API"}, False),
        ({"source": "voucherify-web-ui"}, False),
        ({"source_id": "shop-1"}, False),
        ({"details": {"balance": {"amount": 500, "operation_type": "MANUAL"}}}, False),
        ({"details": {"balance": {"amount": 500, "operation_type": "AUTOMATIC"}}}, True),
        (_details(order={"id": "ord_1"}), False),
        (_details(redemption={"id": "r_1"}), False),
        (_details(rollback={"id": "rr_1"}), False),
        (_details(holder_loyalty_tier={"id": "lt_1"}), False),
        (_details(event={"type": "customer.rewarded"}), True),
        (_details(order=None), True),
    ],
)
def test_what_somebody_put_there_is_told_from_what_came_by_itself(
    overrides: dict[str, Any], automatic: bool
) -> None:
    """What names a source, a caller's id or an order may be the customer's own."""
    found = addition_of(_transaction(**overrides), GIFT)

    assert found
    assert found.automatic == automatic


NAME = "rvk:rh_1:B"


@pytest.mark.parametrize(
    ("kind", "source_id", "details", "removal", "wanted"),
    [
        ("CREDITS_REMOVAL", NAME, {"balance": {"amount": -500}}, True, ("vtx_1", 500)),
        ("POINTS_REMOVAL", NAME, {"balance": {"points": -250}}, True, ("vtx_1", 250)),
        # The documented example shows the sign of what was asked the other way round.
        ("POINTS_REMOVAL", NAME, {"balance": {"points": 250}}, True, ("vtx_1", 250)),
        ("CREDITS_REMOVAL", NAME, None, True, ("vtx_1", 0)),
        ("CREDITS_REMOVAL", NAME + ":2", {}, True, None),
        ("CREDITS_REMOVAL", None, {}, True, None),
        ("CREDITS_ADDITION", NAME, {"balance": {"amount": 500}}, True, None),
        ("CREDITS_ADDITION", NAME, {"balance": {"amount": 500}}, False, ("vtx_1", 500)),
        ("POINTS_ACCRUAL", NAME, {"balance": {"points": 5}}, False, ("vtx_1", 5)),
        ("CREDITS_REMOVAL", NAME, {}, False, None),
    ],
)
def test_our_own_change_is_found_by_its_name_and_direction(
    kind: str, source_id: str | None, details: Any, *, removal: bool, wanted: tuple[str, int] | None
) -> None:
    """Another name, or the other direction under our name, is not it."""
    rows = [
        {"type": "CREDITS_REMOVAL", "source_id": "other", "id": "vtx_0"},
        {"type": kind, "source_id": source_id, "id": "vtx_1", "details": details},
    ]

    assert change_named(rows, NAME, removal=removal) == wanted


def test_names_are_read_of_removals_only() -> None:
    """What was put on under a name of ours says nothing of a take-back."""
    assert removal_name({"type": "CREDITS_REMOVAL", "source_id": NAME}) == NAME
    assert removal_name({"type": "CREDITS_ADDITION", "source_id": NAME}) is None
    assert removal_name({"type": "CREDITS_REMOVAL", "source_id": None}) is None


@given(ANY_JSON, ANY_JSON, ANY_JSON)
def test_no_answer_is_an_accident(one: Any, two: Any, three: Any) -> None:
    """Whatever JSON the API gives, reading it gives something or nothing, and never raises."""
    row = {
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
        "details": {"balance": {"amount": one, "points": two, "operation_type": three}},
        "data": {"data": two} if isinstance(one, str) else three,
        "referrals": {"campaigns": [one, {"campaign_id": two, "related_object_id": three}]},
        "gift": two,
        "loyalty_card": {"balance": three},
    }
    for each in (row, row | {"details": one}, row | {"referrals": three}):
        for kind in (two, "CREDITS_ADDITION", "POINTS_ACCRUAL"):
            addition_of(each | {"type": kind}, GIFT)
        card_of(each, ME)
        card_of(each | {"voucher_type": "GIFT_VOUCHER", "redeemable_id": "v"}, ME)
        code_of(each)
        removal_name(each)
        balance_of(each, GIFT)
        balance_of(each, CLUB)
        change_named([each], NAME, removal=True)
        list(redemptions_of(each, "camp"))
        list(rewards_of([each, each | {"type": "customer.rewarded"}]))
        rewarded = {"referral_tier": {"id": "t"}, "reward": one, "balance": two, "voucher": three}
        list(rewards_of([{"type": "customer.rewarded", "data": rewarded, "group_id": one}]))

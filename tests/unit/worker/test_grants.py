from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import reward
from tests.unit.worker.build import removal
from worker.perks.voucherify.grants import (
    Card,
    balance_of,
    card_of,
    could_hold_reward,
    grant_of,
    is_take_back,
    source_id,
)


ASSIGNED = "2025-02-11T17:40:02.118Z"
REMOVED = "2025-03-04T08:15:30.250Z"
INSIDE = "2025-02-20T00:00:00.000Z"
GIFT = Card("v_gift", "GIFT_VOUCHER", "camp_samovarGiftCards")
POINTS = Card("v_club", "LOYALTY_CARD", "camp_club")
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
    return {"id": "vtx_1", "type": kind, "created_at": at, "details": details, **more}


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        ("2025-02-11T17:40:02.117Z", False),  # a millisecond before the assignment
        (ASSIGNED, True),
        (INSIDE, True),
        (REMOVED, True),
        ("2025-03-04T08:15:30.251Z", False),  # a millisecond after the removal
        ("2025-03-04T10:15:30.250+02:00", True),  # the removal, told in another zone
        ("2025-03-04T10:15:30.251+02:00", False),
        ("2025-02-20T00:00:00", True),  # without a zone it is UTC, as all of Voucherify's are
        ("2025-02-20T00: 00: 00.5Z", True),  # stray blanks occur in published bodies
        ("yesterday", False),
        (None, False),
        (1740009600, False),
    ],
)
def test_only_what_was_given_while_the_assignment_lasted_counts(at: object, counts: bool) -> None:
    """A grant lies between assignment and removal, both included; other zones are understood."""
    assert (grant_of(_transaction(at=at), GIFT, removal()) is not None) == counts


@given(st.integers(-(10**9), 10**9))
def test_the_window_is_closed_at_both_ends(milliseconds: int) -> None:
    """For any moment: it counts just if assigned <= moment <= removed."""
    event = removal()
    assert event.holder.created_at
    moment = event.holder.created_at + timedelta(milliseconds=milliseconds)

    found = grant_of(_transaction(at=moment.isoformat()), GIFT, event)

    assert (found is not None) == (
        event.holder.created_at <= moment <= datetime(2025, 3, 4, 8, 15, 30, 250_000, UTC)
    )


@pytest.mark.parametrize(
    ("kind", "card", "amount"),
    [
        ("CREDITS_ADDITION", GIFT, 500),
        ("POINTS_ADDITION", POINTS, 500),
        ("POINTS_ACCRUAL", POINTS, 500),
        ("CREDITS_REMOVAL", GIFT, None),
        ("CREDITS_REFUND", GIFT, None),
        ("CREDITS_REDEMPTION", GIFT, None),
        ("POINTS_TRANSFER_IN", POINTS, None),
        ("POINTS_REFUND", POINTS, None),
        ("POINTS_EXPIRATION", POINTS, None),
        ("PENDING_POINTS_ACTIVATION", POINTS, None),
        ("", GIFT, None),
    ],
)
def test_only_additions_are_grants(kind: str, card: Card, amount: int | None) -> None:
    """Refunds, transfers and removals are never taken for a reward."""
    found = grant_of(_transaction(kind), card, removal())

    assert (found.amount if found else None) == amount


@pytest.mark.parametrize(
    ("promised", "given", "counts"),
    [
        ("500", 500, True),
        (500, 500, True),
        ("500.0", 500, True),
        ("500", 499, False),
        ("0", 500, False),
        ("500.5", 500, True),  # no whole amount of cents: as good as not told
        (None, 500, True),
        ("about five", 500, True),
        ("500", 500.0, True),
        ("500", "500", False),
        ("500", True, False),
        (None, 0, False),
        (None, -500, False),
        (None, 500.5, False),
    ],
    ids=repr,
)
def test_only_the_promised_amount_counts_where_it_is_told(
    promised: object, given: object, counts: bool
) -> None:
    """A told reward rules out other amounts; an untold or unreadable one rules out none."""
    event = removal(referee_reward=reward(promised))

    assert (grant_of(_transaction(amount=given), GIFT, event) is not None) == counts


@pytest.mark.parametrize(
    ("promised", "source", "by_hand"),
    [
        (None, None, False),
        (None, "API", True),
        (None, "voucherify-web-ui", True),
        ("500", "API", False),  # the campaign itself tells of this amount
    ],
)
def test_what_somebody_put_there_by_name_is_marked(
    promised: str | None, source: str | None, by_hand: bool
) -> None:
    """An addition that names its source may be the customer's own money."""
    event = removal(referee_reward=reward(promised) if promised else None)

    found = grant_of(_transaction(source=source), GIFT, event)

    assert found
    assert found.by_hand == by_hand


@pytest.mark.parametrize(
    ("told", "card", "could"),
    [
        (None, GIFT, True),
        (None, POINTS, True),
        (reward(), GIFT, True),
        (reward(), POINTS, False),
        (reward(card_campaign="camp_other"), GIFT, False),
        (reward(kind="LOYALTY_CARD", card_campaign="camp_club"), POINTS, True),
        ({"amount": "5"}, GIFT, True),
        ({"type": "GIFT_VOUCHER", "related_object_parent": {"name": "x"}}, GIFT, True),
        (None, Card("v_samovarCode000001", "GIFT_VOUCHER", None), False),  # the code itself
    ],
)
def test_cards_that_cannot_hold_the_reward_are_left_alone(
    told: dict[str, Any] | None, card: Card, could: bool
) -> None:
    """Kind and campaign of a told reward rule out cards; the referrer's code is never one."""
    assert could_hold_reward(card, removal(referee_reward=told)) == could


@pytest.mark.parametrize(
    ("redeemable", "card"),
    [
        (
            {"voucher_type": "GIFT_VOUCHER", "redeemable_id": "v", "holder_role": "OWNER"},
            Card("v", "GIFT_VOUCHER", None),
        ),
        ({"voucher_type": "LOYALTY_CARD", "redeemable_id": "v"}, Card("v", "LOYALTY_CARD", None)),
        (
            {"voucher_type": "LOYALTY_CARD", "redeemable_id": "v", "campaign_id": "c"},
            Card("v", "LOYALTY_CARD", "c"),
        ),
        ({"voucher_type": "GIFT_VOUCHER", "redeemable_id": "v", "holder_role": "REFEREE"}, None),
        ({"voucher_type": "GIFT_VOUCHER", "redeemable_id": "v", "holder_role": "REFERRER"}, None),
        ({"voucher_type": "DISCOUNT_VOUCHER", "redeemable_id": "v"}, None),
        ({"voucher_type": "GIFT_VOUCHER", "redeemable_id": 7}, None),
        ({"voucher_type": [], "redeemable_id": "v"}, None),
        ({}, None),
    ],
)
def test_only_a_customers_own_cards_are_cards(
    redeemable: dict[str, Any], card: Card | None
) -> None:
    """What a customer holds as a referee or referrer is somebody else's."""
    assert card_of(redeemable) == card


@given(st.dictionaries(st.sampled_from(sorted(_transaction())), ANY_JSON), ANY_JSON)
def test_no_answer_is_an_accident(transaction: dict[str, Any], inner: Any) -> None:
    """Whatever JSON the API gives, reading it gives something or nothing, and never raises."""
    event = removal()
    sent = {**transaction, "details": {"balance": inner}}

    for one in (transaction, sent, {"voucher_type": inner, "redeemable_id": inner}):
        grant_of(one, GIFT, event)
        is_take_back(one, "rvk:x:B")
        card_of({**one, "holder_role": inner})
    for part in (inner, {"balance": inner}):
        balance_of({"gift": part, "loyalty_card": part}, "GIFT_VOUCHER")


@given(st.sampled_from(["GIFT_VOUCHER", "LOYALTY_CARD"]), st.text(min_size=1), st.text(min_size=1))
def test_a_take_back_is_found_by_its_own_name_only(kind: str, holder: str, other: str) -> None:
    """A removal under our name is ours; another name, or an addition of that name, is not."""
    name = source_id(holder, kind)

    assert is_take_back({"type": "CREDITS_REMOVAL", "source_id": name}, name)
    assert not is_take_back({"type": "CREDITS_ADDITION", "source_id": name}, name)
    assert is_take_back({"type": "POINTS_REMOVAL", "source_id": source_id(other, kind)}, name) == (
        other == holder
    )


@pytest.mark.parametrize(
    ("voucher", "balance"),
    [
        ({"gift": {"balance": 7}}, 7),
        ({"gift": {"balance": 7.0}}, 7),
        ({"gift": {"balance": 0}}, 0),
        ({"gift": {"balance": None}}, None),
        ({"gift": {"balance": 7.5}}, None),
        ({"gift": {"balance": True}}, None),
        ({"gift": {"balance": float("inf")}}, None),
        ({"gift": None, "loyalty_card": {"balance": 7}}, None),
        ({}, None),
    ],
)
def test_a_balance_is_a_whole_number_or_not_told(
    voucher: dict[str, Any], balance: int | None
) -> None:
    """Nothing is guessed about a balance that cannot be read."""
    assert balance_of(voucher, "GIFT_VOUCHER") == balance

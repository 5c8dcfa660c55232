from datetime import UTC, datetime
from typing import Any

import pytest

from worker.revocation.findings import Card, Code
from worker.revocation.reading import (
    balance_of,
    card_of,
    code_of,
    moment,
    redemptions_of,
)


GIFT = Card("v_gift", "GIFT_VOUCHER", "camp_samovarGiftCards")
ME = "cust_1"


OWN = {"voucher_type": "GIFT_VOUCHER", "redeemable_id": "v", "holder_role": "OWNER"}


@pytest.mark.parametrize(
    ("overrides", "card"),
    [
        ({}, Card("v", "GIFT_VOUCHER", None)),
        ({"customer_id": ME}, Card("v", "GIFT_VOUCHER", None)),
        ({"holder_role": None}, Card("v", "GIFT_VOUCHER", None)),
        ({"voucher_type": "LOYALTY_CARD"}, Card("v", "LOYALTY_CARD", None)),
        ({"campaign_id": "c"}, Card("v", "GIFT_VOUCHER", "c")),
        ({"campaign_id": 7}, Card("v", "GIFT_VOUCHER", None)),
        ({"holder_role": "REFEREE"}, None),
        ({"holder_role": "REFERRER"}, None),
        ({"holder_role": []}, None),
        ({"customer_id": "cust_other"}, None),
        ({"customer_id": {}}, None),
        ({"voucher_type": "DISCOUNT_VOUCHER"}, None),
        ({"voucher_type": []}, None),
        ({"voucher_type": None}, None),
        ({"redeemable_id": 7}, None),
        ({"redeemable_id": ""}, None),
    ],
)
def test_only_a_customers_own_cards_are_cards(overrides: dict[str, Any], card: Card | None) -> None:
    """What a customer holds as a referee or referrer, or somebody else holds, is no card."""
    assert card_of(OWN | overrides, ME) == card


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
    assert balance_of(voucher, GIFT) == balance


@pytest.mark.parametrize(
    ("voucher", "code"),
    [
        (
            {"id": "v", "active": True, "holder_id": "a", "referrer_id": "a"},
            Code("v", True, frozenset({"a"})),
        ),
        (
            {"id": "v", "active": False, "holder_id": "a", "referrer_id": "b"},
            Code("v", False, frozenset({"a", "b"})),
        ),
        ({"id": "v"}, Code("v", True, frozenset())),
        ({"id": None}, None),
        ({}, None),
    ],
)
def test_a_code_tells_all_its_owners(voucher: dict[str, Any], code: Code | None) -> None:
    """Holder and referrer both count; a code that does not say so is taken to be on."""
    assert code_of(voucher) == code


def test_only_redemptions_of_the_campaign_are_listed() -> None:
    """Other campaigns, and conversions by custom events, are no redemption to roll back."""
    row = {"campaign_id": "camp_1", "related_object_type": "redemption", "related_object_id": "r_1"}
    others: list[Any] = [
        row | {"campaign_id": "camp_2"},
        row | {"related_object_type": "custom_event"},
        row | {"related_object_id": None},
        None,
        "r_2",
    ]

    told = redemptions_of(
        {"referrals": {"campaigns": [row | {"date": "2025-02-20T00:00:00Z"}, *others]}}, "camp_1"
    )

    assert list(told) == [("r_1", datetime(2025, 2, 20, tzinfo=UTC))]
    assert list(redemptions_of({"referrals": {"campaigns": {}}}, "camp_1")) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025-02-20T00:00:00", datetime(2025, 2, 20, tzinfo=UTC)),
        ("2025-02-20T00: 00: 00.5Z", datetime(2025, 2, 20, 0, 0, 0, 500_000, UTC)),
        ("2025-02-20T02:00:00.000001+02:00", datetime(2025, 2, 20, 0, 0, 0, 1, UTC)),
        ("soon", None),
        (None, None),
        (7, None),
    ],
)
def test_moments_are_read_in_every_form_that_occurs(text: Any, wanted: datetime | None) -> None:
    """Other zones, no zone, microseconds and stray blanks are understood."""
    assert moment(text) == wanted

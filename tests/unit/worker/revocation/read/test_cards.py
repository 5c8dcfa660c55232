from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.worker.money import account, days, row
from worker.revocation.cards import Card
from worker.revocation.findings import Code, Conversion
from worker.revocation.read.statement import balance_of, card_of, statement_of
from worker.revocation.read.voucher import code_of, conversions_of
from worker.voucherify.values import moment


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
    """What a customer holds as a referee or referrer, or someone else holds, is no card."""
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
def test_a_balance_is_a_whole_number_or_not_reported(
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
        (
            {"id": "v", "redemption": {"quantity": 1, "redeemed_quantity": 1}},
            Code("v", True, frozenset(), used_up=True),
        ),
        (
            {"id": "v", "redemption": {"quantity": 2, "redeemed_quantity": 1}},
            Code("v", True, frozenset()),
        ),
        (
            {"id": "v", "redemption": {"quantity": None, "redeemed_quantity": 9}},
            Code("v", True, frozenset()),
        ),
        ({"id": None}, None),
        ({}, None),
    ],
)
def test_a_code_has_all_its_owners(voucher: dict[str, Any], code: Code | None) -> None:
    """Holder and referrer both count; a code that does not say so is taken to be on."""
    assert code_of(voucher) == code


def test_conversions_are_listed_with_campaign_kind_and_time() -> None:
    """By a redemption or an event, of any campaign; what names no id or campaign is none."""
    row_ = {"campaign_id": "c_1", "related_object_type": "redemption", "related_object_id": "r_1"}
    listed: list[Any] = [
        row_ | {"date": "2025-02-20T00:00:00Z"},
        row_ | {"campaign_id": "c_2", "related_object_id": "r_2"},
        row_ | {"related_object_type": "custom_event", "related_object_id": "ev_1"},
        row_ | {"related_object_type": None, "related_object_id": "r_3"},
        row_ | {"related_object_id": None},
        row_ | {"campaign_id": None},
        None,
        "r_2",
    ]

    reported = conversions_of({"referrals": {"campaigns": listed}})

    assert reported == (
        Conversion("r_1", "c_1", False, datetime(2025, 2, 20, tzinfo=UTC)),
        Conversion("r_2", "c_2", False, None),
        Conversion("ev_1", "c_1", True, None),
        Conversion("r_3", "c_1", False, None),
    )
    assert conversions_of({"referrals": {"campaigns": {}}}) == ()
    assert conversions_of({"referrals": None}) == ()


SPENT = row("CREDITS_REDEMPTION", -200, days(3))


@pytest.mark.parametrize(
    ("rows", "own", "whole", "opening", "balance"),
    [
        ([], 700, True, 700, 700),
        ([], 0, True, 0, 0),
        ([row()], 0, True, 0, 500),
        ([row()], 700, True, 700, 1200),
        ([row(), SPENT], 700, True, 700, 1000),
        ([row()], 700, False, 0, 1200),
        ([row(), SPENT | {"details": None}], 700, True, 0, None),
    ],
    ids=["no entry", "empty", "all added", "began with some", "and spent", "not whole", "unread"],
)  # fmt: skip
def test_what_a_card_began_with_is_known_from_all_its_transactions(
    rows: list[Any], own: int, opening: int, balance: int | None, *, whole: bool
) -> None:
    """Of a list that is not whole, or not readable, nothing is known."""
    made = account(*rows, own=own)

    statement = statement_of(made.card, made.held, made.rows, whole=whole)

    assert (statement.opening, statement.balance) == (opening, balance)


def test_a_card_whose_transactions_show_no_balance_is_known_by_what_it_holds() -> None:
    """The customer's list of cards shows the balance too."""
    made = account(row(), SPENT, own=700)
    for each in made.rows:
        del each["details"]["balance"]["balance"]

    statement = statement_of(made.card, made.held, made.rows, whole=True)

    assert (statement.opening, statement.balance) == (700, None)


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

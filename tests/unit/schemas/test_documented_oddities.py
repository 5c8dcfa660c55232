"""Where Voucherify's own examples and its REST API depart from the specification."""

from decimal import Decimal
from typing import Any

import pytest

from schemas import (
    AmountDiscount,
    Gift,
    HolderAssignment,
    UnknownValue,
    load_envelope,
    load_event,
    parse_body,
)
from tests import samples


def load(document: dict[str, Any]) -> HolderAssignment:
    """Take a document through all three steps."""
    event = load_event(load_envelope(parse_body(samples.body(document))))
    assert isinstance(event, HolderAssignment)
    return event


def place(document: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """Find the object that holds a path's last name."""
    *outer, last = path.split(".")
    value = document["data"]
    for name in outer:
        value = value[name]
    return value, last


@pytest.mark.parametrize(
    "path",
    [
        "holder.publication_id",
        "holder.campaign_type",
        "voucher.start_date",
        "voucher.expiration_date",
        "voucher.redemption.quantity",
        "campaign.category",
        "campaign.description",
        "campaign.start_date",
        "campaign.expiration_date",
        "campaign.voucher.gift",
        "campaign.voucher.loyalty_card",
        "campaign.voucher.redemption.quantity",
        "campaign.voucher.discount.units",
        "campaign.referral_program",
        "campaign.referral_program.referee_reward",
        "customer.name",
        "customer.email",
        "customer.source_id",
        "customer.metadata",
    ],
)
@pytest.mark.parametrize("absent", [True, False], ids=["absent", "null"])
def test_null_or_absent_where_the_examples_are(path: str, *, absent: bool) -> None:
    """A field may be null or absent although the specification does not allow it."""
    document = samples.assignment_deleted()
    holder, name = place(document, path)
    holder[name] = None
    if absent:
        del holder[name]
    assert load(document).unreadable == ()


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("voucher.redemption", {"redeemed_points": 30, "redeemed_amount": 5, "object": "list"}),
        ("voucher.redemption", {"url": "/v1/vouchers/x/redemptions?page=1"}),
        (
            "voucher",
            {
                "category": "Tea",
                "assets": {"qr": {"id": "x", "url": "y"}},
                "publish": {"object": "list", "count": 1},
                "validity_timeframe": {"interval": "P1D", "duration": "PT1H"},
                "validity_day_of_week": [1, 2],
                "validity_hours": {"daily": []},
                "additional_info": None,
            },
        ),
        ("campaign", {"protected": True, "creation_status": "DONE", "vouchers_count": 3}),
        ("campaign", {"vouchers_generation_status": "DONE"}),
        ("campaign.voucher.code_config", {"min_desired": 10}),
        ("holder", {"metadata": {"seat": 4}}),
    ],
)
def test_undeclared_names_are_ignored(path: str, extra: dict[str, Any]) -> None:
    """Names that other examples and the REST API have do not disturb."""
    document = samples.assignment_deleted()
    before = load(document)
    holder, name = place(document, path)
    holder[name] |= extra
    assert load(document) == before


@pytest.mark.parametrize(
    ("gift", "read"),
    [
        ({"amount": 2000, "effect": "APPLY_TO_ORDER"}, (2000, None)),
        ({"amount": 2000, "balance": 1500, "subtracted_amount": 500}, (2000, 1500)),
        ({"balance": 1500.0}, (None, 1500)),
    ],
    ids=["no balance", "a forbidden key", "no amount"],
)
def test_a_gift_is_not_what_it_must_be(
    gift: dict[str, Any], read: tuple[int | None, int | None]
) -> None:
    """A gift may lack what is required and hold what is forbidden."""
    document = samples.assignment_deleted()
    document["data"]["voucher"]["gift"] = gift
    event = load(document)
    assert event.voucher is not None
    assert isinstance(event.voucher.gift, Gift)
    assert (event.voucher.gift.amount, event.voucher.gift.balance) == read
    assert event.unreadable == ()


@pytest.mark.parametrize(
    ("amount", "read"),
    [("500", 500), (500, 500), (500.0, 500), ("12.50", Decimal("12.5")), (None, None)],
    ids=repr,
)
def test_a_reward_is_a_string_or_a_number_or_null(amount: object, read: int | None) -> None:
    """`referee_reward.amount` differs between the three specifications; all are read."""
    event = load(samples.assignment_deleted(referee_reward=samples.reward(amount)))
    assert event.campaign is not None
    assert event.campaign.referral_program is not None
    assert event.campaign.referral_program.referee_reward is not None
    assert event.campaign.referral_program.referee_reward.amount == read
    assert event.unreadable == ()


def test_a_campaign_may_discount_with_null_units() -> None:
    """A discount of type AMOUNT stays one although it has `units: null`."""
    event = load(samples.assignment_deleted())
    assert event.campaign is not None
    assert event.campaign.voucher is not None
    assert isinstance(event.campaign.voucher.discount, AmountDiscount)


def test_a_malformed_timestamp_with_blanks_is_read() -> None:
    """The published `10: 24: 01.084Z` is understood, also where the time is strict."""
    document = samples.assignment_deleted(
        created_at="2025-02-11T17: 40: 02.118Z", event_created_at="2025-03-04T08: 15: 30.25Z"
    )
    assert load(document) == load(samples.assignment_deleted())


def test_an_owner_of_another_kind_of_campaign_loads() -> None:
    """An owner's assignment belongs to no referral program, and its type may be new."""
    document = samples.assignment_deleted(role="OWNER", campaign_type="LUCKY_TEAPOT")
    assert load(document).holder.campaign_type == UnknownValue("LUCKY_TEAPOT")

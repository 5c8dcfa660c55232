from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import (
    CampaignType,
    HolderAssignmentCreated,
    HolderAssignmentDeleted,
    HolderRole,
    UnknownValue,
    UnreadableBody,
    VoucherType,
    load_envelope,
    load_event,
    parse_body,
)
from tests import samples


def load(document: dict[str, Any]) -> HolderAssignmentDeleted:
    """Take a document through all three steps."""
    event = load_event(load_envelope(parse_body(samples.body(document))))
    assert isinstance(event, HolderAssignmentDeleted)
    return event


def refused(document: dict[str, Any]) -> UnreadableBody:
    """Load what must be refused, and return the error."""
    with pytest.raises(UnreadableBody) as caught:
        load(document)
    return caught.value


def test_reads_a_deleted_assignment() -> None:
    """The fields on which a revocation rests are read into their types."""
    document = samples.assignment_deleted(n=7, referee_reward=samples.reward("500"))
    event = load(document)
    assert event.event.created_at == datetime(2025, 3, 4, 8, 15, 30, 250000, tzinfo=UTC)
    assert event.holder.id == "rh_7c210000000007"
    assert event.holder.holder_role is HolderRole.REFEREE
    assert event.holder.campaign_type is CampaignType.REFERRAL_PROGRAM
    assert event.holder.created_at == datetime(2025, 2, 11, 17, 40, 2, 118000, tzinfo=UTC)
    assert event.voucher is not None
    assert event.voucher.type is VoucherType.DISCOUNT_VOUCHER
    assert event.voucher.referrer_id == samples.REFERRER
    assert event.campaign is not None
    assert event.campaign.referral_program is not None
    reward = event.campaign.referral_program.referee_reward
    assert reward is not None
    assert reward.amount == 500
    assert reward.related_object_parent is not None
    assert reward.related_object_parent.id == "camp_samovarGiftCards"
    assert event.customer is not None
    assert event.customer.metadata == {"note": "prefers oolong"}
    assert event.unreadable == ()


def test_reads_a_created_assignment() -> None:
    """The event of an assignment made has the same fields and a class of its own."""
    event = load_event(load_envelope(samples.assignment_created()))
    assert isinstance(event, HolderAssignmentCreated)
    assert event.event.type == "customer.holder.assignment.created"


def test_a_type_without_a_schema_is_no_error() -> None:
    """An event of another type gives None: Voucherify asks to ignore unknown ones."""
    document = samples.assignment_deleted()
    document["event"]["type"] = "customer.moved_to_the_moon"
    assert load_event(load_envelope(document)) is None


STRICT = ["id", "customer_id", "holder_role", "redeemable_id", "campaign_id"]


@pytest.mark.parametrize("field", STRICT)
@pytest.mark.parametrize(
    ("value", "reason", "phrase"),
    [
        (..., "missing_field", "is missing"),
        (None, "missing_field", "is null"),
        ("", "missing_field", "is empty"),
        ("  ", "missing_field", "is empty"),
        (12, "wrong_type", "is not a string"),
        (True, "wrong_type", "is not a string"),
        ({"id": "rh_1"}, "wrong_type", "is not a string"),
    ],
)
def test_refuses_an_unreadable_strict_field(
    field: str, value: object, reason: str, phrase: str
) -> None:
    """No decision is made on a guess: each strict field must be text that says something."""
    document = samples.assignment_deleted()
    document["data"]["holder"][field] = value
    if value is ...:
        del document["data"]["holder"][field]
    error = refused(document)
    assert (error.reason, str(error)) == (reason, f"data.holder.{field} {phrase}.")


@pytest.mark.parametrize(
    ("holder", "reason", "message"),
    [
        (None, "missing_field", "data.holder is null."),
        ("rh_1", "wrong_type", "data.holder is not an object."),
        ([], "wrong_type", "data.holder is not an object."),
        (
            {"holder_role": 3, "campaign_id": "camp_1", "created_at": "never"},
            "missing_field",
            (
                "data.holder.id is missing; data.holder.customer_id is missing; "
                "data.holder.holder_role is not a string; data.holder.redeemable_id is missing."
            ),
        ),
    ],
)
def test_names_every_strict_problem_and_no_other(holder: Any, reason: str, message: str) -> None:
    """All strict problems stand in one message, and tolerant ones do not distract."""
    document = samples.assignment_deleted()
    document["data"]["holder"] = holder
    document["data"]["voucher"]["code"] = 3
    error = refused(document)
    assert (error.reason, str(error)) == (reason, message)


@pytest.mark.parametrize("role", ["AMBASSADOR", "referee"])
def test_an_unknown_role_is_kept_for_review(role: str) -> None:
    """A role that we do not know loads, visibly unlike the three that we know."""
    assert load(samples.assignment_deleted(role=role)).holder.holder_role == UnknownValue(role)


@pytest.mark.parametrize("name", ["voucher", "campaign", "customer"])
@pytest.mark.parametrize("absent", [True, False])
def test_the_other_objects_may_be_absent(name: str, *, absent: bool) -> None:
    """Everything but the holder may be missing or null, and is None then."""
    document = samples.assignment_deleted()
    if absent:
        del document["data"][name]
    else:
        document["data"][name] = None
    event = load(document)
    assert getattr(event, name) is None
    assert event.unreadable == ()


def test_unreadable_fields_are_left_out_and_named() -> None:
    """What cannot be read is None and named by its path; what stands beside it is kept."""
    document = samples.assignment_deleted(referee_reward=samples.reward(True))
    document["id"] = 1
    data = document["data"]
    data["holder"]["created_at"] = "a while ago"
    data["voucher"]["active"] = "yes"
    data["voucher"]["redemption"] = [1]
    data["voucher"]["categories"] = [
        {"id": "cat_1", "name": "Tea", "hierarchy": "first"},
        7,
        None,
        {"id": "cat_2"},
    ]
    data["campaign"]["metadata"] = "none"
    data["customer"] = "cust_1"
    event = load(document)
    assert event.unreadable == (
        "id",
        "data.holder.created_at",
        "data.voucher.categories[0].hierarchy",
        "data.voucher.categories[1]",
        "data.voucher.categories[2]",
        "data.voucher.active",
        "data.voucher.redemption",
        "data.campaign.referral_program.referee_reward.amount",
        "data.campaign.metadata",
        "data.customer",
    )
    assert event.holder.created_at is None
    assert event.voucher is not None
    assert event.voucher.active is None
    assert event.voucher.redemption is None
    assert event.voucher.id == data["voucher"]["id"]
    assert event.voucher.categories is not None
    assert [category.id for category in event.voucher.categories] == ["cat_1", "cat_2"]
    assert event.voucher.categories[0].hierarchy is None
    assert event.campaign is not None
    assert event.campaign.referral_program is not None
    assert event.campaign.referral_program.referee_reward is not None
    assert event.campaign.referral_program.referee_reward.type is VoucherType.GIFT_VOUCHER
    assert event.customer is None


def test_the_list_of_unreadable_fields_ends() -> None:
    """A body of rubbish names its first hundred unreadable fields and no more."""
    document = samples.assignment_deleted()
    document["id"] = 1
    document["data"]["voucher"]["categories"] = [1] * 500
    event = load(document)
    assert len(event.unreadable) == 100
    assert event.unreadable[:2] == ("id", "data.voucher.categories[0]")


def test_the_raw_data_is_kept() -> None:
    """Fields that no schema declares stay within reach in the envelope."""
    document = samples.assignment_deleted()
    document["data"]["voucher"]["assets"] = {"qr": {"id": "enc"}}
    data = load_envelope(document).data
    assert data
    assert data["voucher"]["assets"] == {"qr": {"id": "enc"}}

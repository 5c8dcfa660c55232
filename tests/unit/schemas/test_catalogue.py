"""What holds of the catalogue of events, and of what is peculiar to some of them."""

import pkgutil
import subprocess
import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

from schemas import CANARY, EVENTS, UnreadableBody, event_class, events, load_envelope, load_event
from schemas.catalogue import ALSO_CALLED, FILES, declared_in
from schemas.event import Canary, Event
from schemas.events.balances import VoucherLoyaltyCardPointsExpired
from schemas.events.campaigns import CampaignCreated
from schemas.events.customers import CustomerUpdated
from schemas.events.distributions import CustomerCustomEvent, CustomerOrderPaid
from schemas.events.redemptions import CustomerRewardedLoyaltyPoints, RedemptionRollbackSucceeded
from schemas.parts.customers import CustomerReferral
from tests.processes import ROOT
from tests.unit.schemas.shapes.bodies import EVENT_TYPES


CLASSES = [
    each
    for file in pkgutil.iter_modules(events.__path__, "schemas.events.")
    for each in vars(import_module(file.name)).values()
    if isinstance(each, type) and issubclass(each, Event) and each.__module__ == file.name
]
#: All but those which say what several events have in common.
DECLARED = [made for made in CLASSES if not any(made in each.__mro__[1:] for each in CLASSES)]


def event_of(event_type: str, data: dict[str, Any]) -> Event:
    """Read an event of a type from its data."""
    reference = {"id": "ev_1", "type": event_type, "created_at": "2025-01-01T00:00:00Z"}
    event = load_event(load_envelope({"event": reference, "data": data}))
    assert event is not None
    return event


@pytest.mark.parametrize("made", DECLARED, ids=lambda made: made.__name__)
def test_an_event_is_found_by_its_type(made: type[Event]) -> None:
    """A class is declared with its type, is called like it, and stands in the file for it."""
    assert made.event_type, "declared without event_type"
    assert EVENTS.get(made.event_type) is made, "in a file that FILES does not give for its type"
    assert made.event_type.translate({ord("."): "", ord("_"): ""}).endswith(made.__name__.lower())


def test_the_catalogue_has_the_events_that_are_published() -> None:
    """None is missing, none was made up, and the one of our own is not among them."""
    assert EVENTS.keys() ^ {*EVENT_TYPES} == set()
    assert len(set(EVENTS.values())) == len(EVENTS) == len(DECLARED)
    assert [file for file in FILES.values() if not declared_in(file)] == []
    assert event_class(CANARY) is Canary


@pytest.mark.parametrize(
    "event_type", ["", ".", "customer", "customer.teleported", "a.b.c", CANARY]
)
def test_a_type_that_is_not_published_is_in_no_file(event_type: str) -> None:
    """Any text may stand where the type belongs."""
    assert event_type not in EVENTS


def test_other_names_of_an_event_give_the_same_class() -> None:
    """Lists of Voucherify's disagree on some names; whichever comes, the event is read."""
    for other, name in ALSO_CALLED.items():
        assert other not in EVENTS
        assert event_class(other) is EVENTS[name]


def test_a_process_pays_for_the_events_that_it_reads() -> None:
    """What no one asked for is not imported."""
    code = """
import sys
from schemas import EVENTS, event_class
assert "schemas.events.distributions" not in sys.modules
assert EVENTS["customer.order.paid"].__name__ == "CustomerOrderPaid"
assert event_class("customer.teleported") is None
files = {name for name in sys.modules if name.startswith("schemas.events.")}
assert files == {"schemas.events.customers", "schemas.events.distributions"}, files
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_what_an_event_is_about_has_an_id() -> None:
    """A rollback without an id is no event, but a redemption beside it may lack one."""
    rolled_back = {"redemption": {"amount": 5}, "redemption_rollback": {"id": "rr_1"}}
    event = event_of("redemption.rollback.succeeded", rolled_back)
    assert isinstance(event, RedemptionRollbackSucceeded)
    assert event.redemption_rollback.id == "rr_1"
    assert event.redemption
    assert event.redemption.id is None
    assert event.unreadable == ()
    with pytest.raises(UnreadableBody, match=r"^data\.redemption_rollback\.id is missing\.$"):
        event_of("redemption.rollback.succeeded", {"redemption_rollback": {"amount": 5}})
    with pytest.raises(UnreadableBody, match=r"^data\.redemption_rollback is missing\.$"):
        event_of("redemption.rollback.succeeded", {})


def test_a_field_with_another_name_in_the_body_is_named_by_that() -> None:
    """`data.event` is not the event of the envelope, and its problems are named as they came."""
    data = {"event": {"id": 5, "type": "brewed"}, "customer": {"id": "cust_1"}}
    event = event_of("customer.custom_event", data)
    assert isinstance(event, CustomerCustomEvent)
    assert event.event.id == "ev_1"
    assert event.custom_event
    assert event.custom_event.type == "brewed"
    assert event.unreadable == ("data.event.id",)


@pytest.mark.parametrize(
    ("buckets", "ids", "unreadable"),
    [
        ({"id": "b_1", "status": "S"}, ["b_1"], ()),
        ([{"id": "b_1"}, {"id": "b_2"}], ["b_1", "b_2"], ()),
        ({"id": 5}, [None], ("data.buckets.id",)),
        ([{"id": "b_1"}, {"id": 5}], ["b_1", None], ("data.buckets[1].id",)),
        ("rubbish", None, ("data.buckets",)),
    ],
)
def test_one_bucket_is_a_list_of_one(
    buckets: object, ids: list[str | None] | None, unreadable: tuple[str, ...]
) -> None:
    """The specification says an object where its example shows a list: both are read."""
    event = event_of("voucher.loyalty_card.points_expired", {"buckets": buckets})
    assert isinstance(event, VoucherLoyaltyCardPointsExpired)
    assert (event.buckets and [each.id for each in event.buckets]) == ids
    assert event.unreadable == unreadable


def test_a_list_of_numbers_keeps_what_can_be_read() -> None:
    """An item of a list that is none of its kind is left out and named."""
    event = event_of(
        "customer.order.paid",
        {"order": {"items": [{"quantity": "2"}, 7], "redemptions": {"r_1": {}}}},
    )
    assert isinstance(event, CustomerOrderPaid)
    assert event.order
    assert event.order.items
    assert [each.quantity for each in event.order.items] == [2]
    assert event.order.redemptions == {"r_1": {}}
    assert event.unreadable == ("data.order.items[1]",)


@pytest.mark.parametrize(
    ("campaign", "kept", "unreadable"),
    [
        ("Tea for two", "Tea for two", ()),
        ({"campaign_id": "camp_1"}, CustomerReferral(campaign_id="camp_1"), ()),
        (
            {"campaign_id": 5},
            CustomerReferral(),
            ("data.customer.referrals.campaigns[0].campaign_id",),
        ),
        (7, None, ("data.customer.referrals.campaigns[0]",)),
    ],
)
def test_a_customers_referral_is_an_object_or_a_name(
    campaign: object, kept: object, unreadable: tuple[str, ...]
) -> None:
    """The specification says objects, and its example of `customer.updated` has a name."""
    event = event_of("customer.updated", {"customer": {"referrals": {"campaigns": [campaign]}}})
    assert isinstance(event, CustomerUpdated)
    assert event.customer
    assert event.customer.referrals
    found = event.customer.referrals.campaigns
    assert (found[0] if found else None) == kept
    assert event.unreadable == unreadable


@pytest.mark.parametrize(
    ("length", "read"), [(8, 8), (8.0, 8), ("8", 8), (8.5, Decimal("8.5")), (None, None)], ids=repr
)
def test_the_length_of_codes_is_a_number(length: object, read: object) -> None:
    """The specification does not say that it is whole."""
    event = event_of(
        "campaign.created",
        {"campaign": {"id": "camp_1", "voucher": {"code_config": {"length": length}}}},
    )
    assert isinstance(event, CampaignCreated)
    config = event.campaign.voucher and event.campaign.voucher.code_config
    assert config
    assert config.length == read
    assert event.unreadable == ()


def test_an_earning_rule_holds_between_any_texts() -> None:
    """The specification gives its two dates no form, other than those of all the rest."""
    rule = {"start_date": "next spring", "expiration_date": "2027-01-01"}
    event = event_of("customer.rewarded.loyalty_points", {"earning_rule": rule})
    assert isinstance(event, CustomerRewardedLoyaltyPoints)
    assert event.earning_rule
    assert event.earning_rule.start_date == "next spring"
    assert event.earning_rule.expiration_date == "2027-01-01"
    assert event.unreadable == ()

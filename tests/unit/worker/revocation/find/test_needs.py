from typing import Any

import pytest

from tests.samples import assignment_deleted
from tests.unit.worker.build import event_of, removal
from tests.unit.worker.revocations import ALL, NONE, REFERRER, referrer_left
from worker.errors import NeedsPersonError
from worker.revocation.event import referrer_of, voucher_type
from worker.revocation.find.needs import Needs, needs
from worker.settings.policies import Policies


REFEREE_ID = "cust_adaQuill000001"
NOTHING = Needs()
PERSON = None

#: role, voucher type, what is read without and with all policies; None for a person.
MATRIX: list[tuple[str, str | None, Needs | None, Needs | None]] = [
    (
        "REFEREE",
        "DISCOUNT_VOUCHER",
        Needs(presence=True, additions_to=REFEREE_ID),
        Needs(
            presence=True,
            additions_to=REFEREE_ID,
            rewards_of=REFERRER,
            conversions_of=REFEREE_ID,
        ),
    ),
    ("REFEREE", "GIFT_VOUCHER", PERSON, PERSON),
    ("REFEREE", "LOYALTY_CARD", PERSON, PERSON),
    ("REFEREE", "SOMETHING_NEW", PERSON, PERSON),
    ("REFEREE", None, PERSON, PERSON),
    (
        "REFERRER",
        "DISCOUNT_VOUCHER",
        Needs(presence=True),
        Needs(presence=True, rewards_of=REFEREE_ID, code=True),
    ),
    ("REFERRER", "GIFT_VOUCHER", PERSON, PERSON),
    ("REFERRER", "LOYALTY_CARD", PERSON, PERSON),
    ("REFERRER", "SOMETHING_NEW", PERSON, PERSON),
    ("REFERRER", None, PERSON, PERSON),
    ("OWNER", "DISCOUNT_VOUCHER", NOTHING, NOTHING),
    ("OWNER", "GIFT_VOUCHER", NOTHING, NOTHING),
    ("OWNER", "LOYALTY_CARD", NOTHING, NOTHING),
    ("OWNER", "SOMETHING_NEW", NOTHING, NOTHING),
    ("OWNER", None, NOTHING, NOTHING),
    ("FRIEND", "DISCOUNT_VOUCHER", PERSON, PERSON),
    ("FRIEND", "GIFT_VOUCHER", PERSON, PERSON),
    ("FRIEND", "LOYALTY_CARD", PERSON, PERSON),
    ("FRIEND", "SOMETHING_NEW", PERSON, PERSON),
    ("FRIEND", None, PERSON, PERSON),
]


def _document(role: str, kind: str | None) -> dict[str, Any]:
    document = assignment_deleted(role=role, voucher_type=kind or "DISCOUNT_VOUCHER")
    if kind is None:
        document["data"]["holder"]["voucher_type"] = None
        document["data"]["voucher"] = None
    return document


@pytest.mark.parametrize(("role", "kind", "least", "most"), MATRIX)
def test_each_row_of_the_matrix_reads_what_it_needs(
    role: str, kind: str | None, least: Needs | None, most: Needs | None
) -> None:
    """All roles by all types: what is read, what is left alone, what a person decides."""
    event = event_of(_document(role, kind))

    for policies, wanted in ((NONE, least), (ALL, most)):
        if wanted is PERSON:
            with pytest.raises(NeedsPersonError, match=event.holder.id):
                needs(event, policies)
        else:
            assert needs(event, policies) == wanted


@pytest.mark.parametrize(
    ("role", "kind", "sentence"),
    [
        ("FRIEND", "DISCOUNT_VOUCHER", r"data\.holder\.holder_role is not REFEREE"),
        ("REFEREE", None, r"data\.holder\.voucher_type is unknown"),
        ("REFEREE", "NEW", r"data\.holder\.voucher_type is unknown"),
        ("REFEREE", "GIFT_VOUCHER", "a REFEREE on a GIFT_VOUCHER: this card is the referrer's own"),
        ("REFERRER", "LOYALTY_CARD", "a REFERRER on a LOYALTY_CARD"),
    ],
)
def test_a_person_gets_all_that_is_needed(role: str, kind: str | None, sentence: str) -> None:
    """The error says why and names holder, customer, voucher and campaign, and no one's name."""
    event = event_of(_document(role, kind))

    with pytest.raises(NeedsPersonError, match=sentence) as caught:
        needs(event, Policies())

    holder = event.holder
    for each in (holder.id, holder.customer_id, holder.redeemable_id, holder.campaign_id):
        assert each in str(caught.value)


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ("claw_back_referrer", "rewards_of"),
        ("roll_back_redemption", "conversions_of"),
    ],
)
def test_each_policy_alone_asks_for_its_own_part(policy: str, field: str) -> None:
    """One policy on adds one read for a referee and no other."""
    event = removal()
    with_it = Policies(**{**_off(), policy: True})

    least, more = needs(event, NONE), needs(event, with_it)

    differing = {
        name for name in Needs.__dataclass_fields__ if getattr(least, name) != getattr(more, name)
    }
    assert differing == {field}


def test_the_code_of_a_referrer_is_checked_by_its_policy_only() -> None:
    """With the policy off the code does not matter; a referee's event never asks for it."""
    on = Policies(**{**_off(), "disable_referrer_code": True})

    assert needs(referrer_left(), on).code
    assert not needs(referrer_left(), NONE).code
    assert not needs(removal(), ALL).code


@pytest.mark.parametrize(
    ("referrer", "holder", "wanted"),
    [
        ("cust_r", "cust_h", "cust_r"),
        (None, "cust_h", "cust_h"),
        (None, None, None),
        (REFEREE_ID, "cust_h", None),  # referred by themselves: the event cannot be trusted
        (None, REFEREE_ID, None),
    ],
)
def test_the_referrer_is_who_the_code_belongs_to(
    referrer: str | None, holder: str | None, wanted: str | None
) -> None:
    """The event's voucher names the referrer; without a name, or with the referee's, no one."""
    document = assignment_deleted()
    document["data"]["voucher"] |= {"referrer_id": referrer, "holder_id": holder}
    event = event_of(document)

    assert referrer_of(event) == wanted
    found = needs(event, ALL)
    assert found.rewards_of == wanted
    # The rest is decided all the same: only what the referrer earned is for a person.
    assert found.additions_to == REFEREE_ID
    assert bool(found.doubt and "who referred this customer" in found.doubt) == (wanted is None)
    assert needs(event, NONE).doubt is None


def test_the_holders_type_goes_before_the_vouchers() -> None:
    """The voucher's own type is read only where the holder has none."""
    document = assignment_deleted()
    document["data"]["voucher"]["type"] = "GIFT_VOUCHER"

    assert voucher_type(event_of(document)) == "DISCOUNT_VOUCHER"
    document["data"]["holder"]["voucher_type"] = None
    assert voucher_type(event_of(document)) == "GIFT_VOUCHER"


def _off() -> dict[str, bool]:
    return dict.fromkeys(Policies.__dataclass_fields__, False)


@pytest.mark.parametrize(
    ("policies", "calls"),
    [(NONE, 4), (Policies(), 4), (Policies(claw_back_referrer=True), 6), (ALL, 11)],
    ids=["none", "usual", "claw back", "all"],
)
def test_the_usual_calls_grow_with_what_is_read(policies: Policies, calls: int) -> None:
    """What is reserved of the budget beforehand is what the ordinary job then makes."""
    assert policies.usual_calls == calls

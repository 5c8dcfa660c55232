import json

import pytest

from inbox.privacy.redaction import redacted
from schemas import HolderAssignmentDeleted
from tests.integration.worker.crm.account import ID_PROPERTY, Account
from tests.samples import PERSONAL, assignment_deleted, body
from tests.unit.worker.build import event_of, job, removal
from worker.backends.crm.hubspot.backend import HubSpotCrm
from worker.errors import NeedsPersonError


_NAME, EMAIL, SOURCE_ID, _NOTE = PERSONAL
CUSTOMER_ID = "cust_adaQuill000001"
HOLDER = "rh_7c210000000001"
AT = "2025-03-04T08:15:30.250Z"


def test_a_removal_is_noted_on_the_contact(account: Account, crm: HubSpotCrm) -> None:
    """The contact gets three properties and a note in words, at the time of the removal."""
    contact = account.contact(**{ID_PROPERTY: SOURCE_ID})

    assert crm.note_removal(removal(), job()) == f"noted on HubSpot contact {contact}"

    (note,) = account.notes(contact)
    assert note["hs_timestamp"] == AT
    assert note["hs_note_body"] == (
        "<p>Voucherify removed this customer from the campaign “Bring a friend to tea” on "
        "2025-03-04 at 08:15 UTC, as a referee, who had come by another customer's referral code."
        "</p>"
        f"<p>[perkhook:{HOLDER}]</p>"
    )
    assert account.shown(contact) == {
        ID_PROPERTY: SOURCE_ID,
        "perkhook_last_removal_at": AT,
        "perkhook_last_removal_campaign": "Bring a friend to tea",
        "perkhook_last_removal_holder": HOLDER,
    }


def test_an_erased_customer_is_found_by_voucherifys_id_alone(
    account: Account, crm: HubSpotCrm
) -> None:
    """The note of a reduced event names the campaign by its id."""
    contact = account.contact(**{ID_PROPERTY: CUSTOMER_ID})

    assert crm.note_removal(_erased(), job()) == f"noted on HubSpot contact {contact}"

    (note,) = account.notes(contact)
    assert "campaign “camp_samovarReferral2024”" in note["hs_note_body"]


def test_an_erased_customer_that_hubspot_knows_otherwise_is_not_noted(
    account: Account, crm: HubSpotCrm
) -> None:
    """By a source id or an address that was erased no one is found, and the job is done."""
    account.contact(email=EMAIL, **{ID_PROPERTY: SOURCE_ID})

    assert crm.note_removal(_erased(), job()) == "no contact in HubSpot"


def _erased() -> HolderAssignmentDeleted:
    return event_of(json.loads(redacted(body(assignment_deleted()))))


def test_a_repeated_run_makes_no_second_note(account: Account, crm: HubSpotCrm) -> None:
    """However often the job runs, one note stands there, and nothing is written again."""
    contact = account.contact(**{ID_PROPERTY: SOURCE_ID})
    crm.note_removal(removal(), job())

    for _ in range(2):
        outcome = crm.note_removal(removal(), job())
        assert outcome == f"noted before on HubSpot contact {contact}"

    assert len(account.notes(contact)) == 1
    writing = [call for call in account.calls() if call.startswith("PATCH") or "/notes" in call]
    assert writing.count("POST /objects/notes") == 1
    assert writing.count(f"PATCH /objects/contacts/{contact}") == 1


@pytest.mark.parametrize(
    ("others", "email", "calls"),
    [
        (0, False, 4),
        (1, False, 5),
        (100, False, 5),
        (101, False, 6),
        (1, True, 6),
        (501, False, 11),
    ],
)
def test_a_note_takes_few_calls(
    account: Account, crm: HubSpotCrm, others: int, email: bool, calls: int
) -> None:
    """4 calls, 1 for each hundred notes that stand there, 1 more by e-mail or from page 2 on."""
    contact = account.contact(**({"email": EMAIL} if email else {ID_PROPERTY: SOURCE_ID}))
    account.add_notes(contact, others)

    crm.note_removal(removal(), job())

    assert len(account.calls()) == calls
    assert len(account.notes(contact)) == others + 1


def test_a_marker_among_many_notes_is_found(account: Account, crm: HubSpotCrm) -> None:
    """The note that was made before stands on the second page of 620 notes."""
    contact = account.contact(**{ID_PROPERTY: SOURCE_ID})
    account.add_notes(contact, 610)
    crm.note_removal(removal(), job())
    account.add_notes(contact, 10)

    assert crm.note_removal(removal(), job()).startswith("noted before")
    assert len(account.notes(contact)) == 621


@pytest.mark.parametrize(
    "properties",
    [
        {ID_PROPERTY: SOURCE_ID},
        {ID_PROPERTY: CUSTOMER_ID},
        {"email": EMAIL},
        {"email": "Ada.Quill@Example.TEST"},
        {"email": EMAIL, ID_PROPERTY: CUSTOMER_ID},
    ],
)
def test_a_contact_is_found_by_id_or_else_by_address(
    account: Account, crm: HubSpotCrm, properties: dict[str, str]
) -> None:
    """The shop's id, Voucherify's id and the e-mail address in any case all find the customer."""
    account.contact(email="somebody.else@example.test")
    contact = account.contact(**properties)

    assert crm.note_removal(removal(), job()) == f"noted on HubSpot contact {contact}"


def test_an_address_written_in_capitals_is_found(account: Account, crm: HubSpotCrm) -> None:
    """What Voucherify has in capitals is the lower case that HubSpot keeps."""
    contact = account.contact(email=EMAIL)
    document = assignment_deleted()
    document["data"]["customer"]["email"] = f" {EMAIL.upper()} "

    assert crm.note_removal(event_of(document), job()) == f"noted on HubSpot contact {contact}"


def test_an_id_goes_before_an_address(account: Account, crm: HubSpotCrm) -> None:
    """A contact with the id is the customer, even if another one has the address."""
    account.contact(email=EMAIL)
    contact = account.contact(email="new.address@example.test", **{ID_PROPERTY: SOURCE_ID})

    assert crm.note_removal(removal(), job()) == f"noted on HubSpot contact {contact}"


def test_no_one_in_hubspot_is_an_outcome(account: Account, crm: HubSpotCrm) -> None:
    """A customer that HubSpot does not know is no error, and takes two calls."""
    account.contact(email="somebody.else@example.test")

    assert crm.note_removal(removal(), job()) == "no contact in HubSpot"
    assert account.calls() == ["POST /objects/contacts/batch/read"] * 2


@pytest.mark.parametrize("customer", [None, {"source_id": None, "email": None}, {"email": "none"}])
def test_a_customer_without_address_is_read_by_id_alone(
    account: Account, crm: HubSpotCrm, customer: dict[str, None] | None
) -> None:
    """Without source id and address the customer's id in Voucherify is asked for, in one call."""
    document = assignment_deleted()
    document["data"]["customer"] = customer
    event = event_of(document)

    assert crm.note_removal(event, job()) == "no contact in HubSpot"
    assert account.calls() == ["POST /objects/contacts/batch/read"]
    contact = account.contact(**{ID_PROPERTY: CUSTOMER_ID})
    assert crm.note_removal(event, job()) == f"noted on HubSpot contact {contact}"


def test_two_contacts_of_one_customer_need_a_person(account: Account, crm: HubSpotCrm) -> None:
    """If one contact has the shop's id and one Voucherify's, both are named and none is written."""
    one = account.contact(**{ID_PROPERTY: SOURCE_ID})
    other = account.contact(**{ID_PROPERTY: CUSTOMER_ID})

    with pytest.raises(NeedsPersonError) as caught:
        crm.note_removal(removal(), job())

    assert str(caught.value) == (
        f"several HubSpot contacts are this customer: {one}, {other} (holder {HOLDER})"
    )
    assert account.notes(one) == account.notes(other) == []
    assert "perkhook_last_removal_at" not in account.shown(one) | account.shown(other)


def test_an_address_of_another_customer_needs_a_person(account: Account, crm: HubSpotCrm) -> None:
    """A contact with the address and someone else's id is not written to."""
    contact = account.contact(email=EMAIL, **{ID_PROPERTY: "shop-999"})

    with pytest.raises(NeedsPersonError, match=f"^HubSpot contact {contact} has the customer's"):
        crm.note_removal(removal(), job())

    assert account.notes(contact) == []
    assert account.calls() == ["POST /objects/contacts/batch/read"] * 2


@pytest.mark.parametrize(
    ("shown", "set_anew"),
    [
        ("2025-03-04T08:15:30.251Z", False),  # a millisecond later
        ("2025-03-04T08:15:30.250Z", True),
        ("2025-03-04T08:15:30.249Z", True),
        ("1741076130251", False),  # the same in epoch milliseconds
        ("", True),
    ],
)
def test_an_older_removal_changes_no_properties(
    account: Account, crm: HubSpotCrm, shown: str, set_anew: bool
) -> None:
    """Events come in any order: the properties have the latest removal, the notes all of them."""
    contact = account.contact(
        **{ID_PROPERTY: SOURCE_ID, "perkhook_last_removal_holder": "rh_other"},
        perkhook_last_removal_at=shown,
    )

    outcome = crm.note_removal(removal(), job())

    assert outcome.endswith(", which shows a later removal") is not set_anew
    holder = account.shown(contact)["perkhook_last_removal_holder"]
    assert holder == (HOLDER if set_anew else "rh_other")
    assert len(account.notes(contact)) == 1


def test_two_removals_of_one_customer_are_two_notes(account: Account, crm: HubSpotCrm) -> None:
    """Each assignment has its own note, also where one id begins with the other."""
    contact = account.contact(**{ID_PROPERTY: SOURCE_ID})

    for holder in ("rh_12", "rh_1", "rh_12"):
        crm.note_removal(removal(holder_id=holder), job())

    bodies = [note["hs_note_body"] for note in account.notes(contact)]
    assert len(bodies) == 2
    assert "[perkhook:rh_12]" in bodies[0]
    assert "[perkhook:rh_1]" in bodies[1]

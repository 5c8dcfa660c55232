from typing import Any

import pytest

from tests.integration.worker.crm.account import ID_PROPERTY, Account, Customer
from tests.integration.worker.shop import Shop
from tests.samples import PERSONAL
from tests.unit.worker.build import job, removal
from worker.backends.crm.hubspot.backend import HubSpotCrm
from worker.backends.crm.hubspot.client import HubSpotClient
from worker.backends.crm.hubspot.refusals import UNKNOWN_OUTCOME_WAIT_SECONDS
from worker.errors import JobError, PermanentError, RetryableError


NOTE = {"method": "POST", "path": "/crm/objects/*/notes", "times": 1}
UPDATE = {"method": "PATCH", "times": 1}
READ = {"path": "*/contacts/batch/read", "times": 1}


def own(status: int, **more: Any) -> dict[str, Any]:
    """Let HubSpot itself refuse a call."""
    error = {"status": "error", "message": "x", "correlationId": "aeb5f871-7f07-4993", **more}
    return {"status": status, "body": error}


@pytest.mark.parametrize(
    ("fault", "reason", "made"),
    [
        ({"drop": True, "apply": True}, "hubspot_unknown_outcome", True),
        ({"drop": True}, "hubspot_unknown_outcome", False),
        ({"status": 500, "apply": True}, "hubspot_unknown_outcome", True),
        ({"status": 500}, "hubspot_unknown_outcome", False),
        ({"status": 504, "apply": True}, "hubspot_unknown_outcome", True),
        ({"status": 408, "apply": True}, "hubspot_unknown_outcome", True),
        ({"status": 429}, "hubspot_unknown_outcome", False),
        ({"status": 201, "apply": True, "body": {}}, "hubspot_unknown_outcome", True),
        ({"status": 404, "apply": True, "body": {}}, "hubspot_unknown_outcome", True),
        (own(429), "hubspot_answered_429", False),
        (own(401), "hubspot_answered_401", False),
    ],
)
def test_a_failed_note_is_made_once_in_the_end(
    customer: Customer, fault: dict[str, Any], reason: str, made: bool
) -> None:
    """Whether or not the failed POST took effect, one note stands there after the next run."""
    customer.account.fails(NOTE | fault)

    with pytest.raises(RetryableError) as caught:
        customer.run()

    assert caught.value.reason == reason
    assert customer.notes() == made
    if reason == "hubspot_unknown_outcome":
        assert caught.value.retry_after_seconds == UNKNOWN_OUTCOME_WAIT_SECONDS
    assert customer.run().startswith("noted before" if made else "noted on")
    assert customer.notes() == 1


def test_a_worker_killed_between_properties_and_note_leaves_the_note_to_the_next(
    customer: Customer,
) -> None:
    """With the properties set and no note made, the next run makes the note and sets no more."""
    customer.account.fails({"path": "*/notes/batch/read", "status": 500, "times": 1})
    with pytest.raises(RetryableError):
        customer.run()
    assert customer.account.shown(customer.contact)["perkhook_last_removal_at"]

    customer.run()

    assert customer.notes() == 1
    assert customer.account.calls().count(f"PATCH /objects/contacts/{customer.contact}") == 1


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "17"}, {"policyName": "DAILY"}, 17),
        ({}, {"policyName": "TEN_SECONDLY_ROLLING"}, 10),
        ({}, {"policyName": "SECONDLY", "message": "You have reached your secondly limit."}, 10),
        ({}, {"policyName": "DAILY"}, 3600),
        ({}, {"message": "You have reached your daily limit.", "errorType": "RATE_LIMIT"}, 3600),
        ({}, {}, 10),
    ],
)
@pytest.mark.parametrize("call", [READ, UPDATE, NOTE])
def test_a_rate_limit_says_how_long_to_wait(
    customer: Customer,
    headers: dict[str, str],
    body: dict[str, Any],
    seconds: float,
    call: dict[str, Any],
) -> None:
    """Retry-After goes first; without it the daily limit waits an hour, any other ten seconds."""
    customer.account.fails({**call, **own(429, **body), "headers": headers})

    with pytest.raises(RetryableError) as caught:
        customer.run()

    assert caught.value.reason == "hubspot_answered_429"
    assert caught.value.retry_after_seconds == seconds
    assert customer.notes() == 0


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (own(401), RetryableError, "hubspot_answered_401"),
        (own(403), RetryableError, "hubspot_answered_403"),
        (own(404), RetryableError, "hubspot_answered_404"),
        (own(423), RetryableError, "hubspot_answered_423"),
        (own(477), RetryableError, "hubspot_answered_477"),
        (own(413), PermanentError, "hubspot_answered_413"),
        ({"status": 500}, RetryableError, "hubspot_answered_500"),
        ({"drop": True}, RetryableError, "hubspot_unreachable"),
        ({"status": 404}, RetryableError, "hubspot_answered_404"),
        ({"status": 302, "headers": {"Location": "/x"}}, RetryableError, "hubspot_answered_302"),
        ({"status": 200, "body": []}, RetryableError, "hubspot_unreadable"),
        ({"status": 200, "body": {}}, RetryableError, "hubspot_unreadable"),
        (
            {"status": 207, "body": {"results": [], "errors": [{"category": "INTERNAL_ERROR"}]}},
            RetryableError,
            "hubspot_unreadable",
        ),
        (
            {"status": 200, "body": {"results": [], "status": "PROCESSING"}},
            RetryableError,
            "hubspot_unreadable",
        ),
    ],
)
@pytest.mark.parametrize(
    "path", ["*/contacts/batch/read", "*/contacts/notes/batch/read", "*/objects/*/notes/batch/read"]
)
def test_no_note_is_made_when_reading_fails(
    customer: Customer,
    fault: dict[str, Any],
    kind: type[JobError],
    reason: str,
    path: str,
) -> None:
    """An answer that does not say what is there is never taken for "nothing is there"."""
    customer.account.add_notes(customer.contact, 1)
    customer.account.fails({"path": path, "times": 1, **fault})

    with pytest.raises(kind) as caught:
        customer.run()

    assert caught.value.reason == reason
    assert "POST /objects/notes" not in customer.account.calls()


def test_a_contact_deleted_meanwhile_is_an_outcome(customer: Customer) -> None:
    """A contact that is gone when something is written to it leaves nothing to do."""
    gone = {"status": 404, "body": {"category": "OBJECT_NOT_FOUND", "message": "Object not found"}}

    for call in (UPDATE, NOTE):
        customer.account.fails(call | gone)
        outcome = customer.run()
        assert outcome == f"no contact in HubSpot any more: {customer.contact} was deleted"

    customer.account.delete(customer.contact)
    assert customer.run() == "no contact in HubSpot"


def test_missing_properties_name_the_command(shop: Shop) -> None:
    """In an account that is not set up, the error says which command fixes it."""
    account = Account(shop)
    crm = account.crm()
    account.contact(email=PERSONAL[1])

    with pytest.raises(PermanentError) as caught:
        crm.note_removal(removal(), job())

    assert caught.value.reason == "hubspot_id_property"
    assert "`python -m worker.backends.crm.hubspot setup` creates it" in str(caught.value)
    crm.close()


def test_a_missing_property_that_is_set_names_the_command(customer: Customer) -> None:
    """A property that someone deleted makes no note and says how to create it again."""
    with customer.account.shop.world.lock:
        del customer.account.shop.world.hubspot.properties["perkhook_last_removal_holder"]

    with pytest.raises(PermanentError) as caught:
        customer.run()

    assert caught.value.reason == "hubspot_missing_property"
    assert "`python -m worker.backends.crm.hubspot setup` creates them" in str(caught.value)
    assert customer.notes() == 0


def test_an_id_property_without_unique_values_is_refused(account: Account) -> None:
    """A property by which several contacts could be found is not used."""
    crm = HubSpotCrm(
        HubSpotClient(account.shop.url, account.shop.settings.hubspot_token), "firstname"
    )

    with pytest.raises(PermanentError, match=r"^HubSpot does not find contacts by firstname"):
        crm.note_removal(removal(), job())

    crm.close()


def test_a_wrong_token_waits_for_an_operator(customer: Customer) -> None:
    """A wrong token is the account's fault: the job is tried again, and the token is not shown."""
    crm = HubSpotCrm(HubSpotClient(customer.account.shop.url, "wrong-token-1"), ID_PROPERTY)

    with pytest.raises(RetryableError) as caught:
        crm.note_removal(removal(), job())

    assert str(caught.value) == (
        "hubspot answered 401 (INVALID_AUTHENTICATION): "
        "HUBSPOT_ACCESS_TOKEN is wrong, expired or withdrawn"
    )
    assert customer.notes() == 0
    crm.close()


def test_what_is_personal_goes_into_bodies_only(customer: Customer) -> None:
    """No address that is called holds anything personal, and neither does the note."""
    customer.account.add_notes(customer.contact, 1)
    customer.run()
    customer.account.delete(customer.contact)
    customer.run()

    requests = customer.account.shop.requests("hubspot")
    assert len(requests) == 7
    assert not any(word in each["path"] + each["query"] for each in requests for word in PERSONAL)
    note = next(each["body"] for each in requests if each["path"].endswith("/notes"))
    assert not any(word in note for word in PERSONAL)

import json
from typing import Any

import pytest

from inbox.ledger import Effects
from inbox.store.connection import connect
from tests.samples import PERSONAL, assignment_deleted
from tests.unit.worker.build import ADDRESS, SECRET, Answers, client, event_of, job, removal
from tests.unit.worker.learned import InMemory
from worker.backends.crm.http import HttpCrm
from worker.backends.perks.http import HttpPerks
from worker.backends.registry import make_crm, make_perks
from worker.errors import NeedsPersonError
from worker.http_client.outgoing import SignedPost
from worker.settings.worker import WorkerSettings


EVENT = {
    "id": "evcus_93b00000000001",
    "type": "customer.holder.assignment.deleted",
    "created_at": "2025-03-04T08:15:30.250000+00:00",
}
HOLDER = {
    "id": "rh_7c210000000001",
    "role": "REFEREE",
    "created_at": "2025-02-11T17:40:02.118000+00:00",
    "redeemable_id": "v_samovarCode000001",
}
DOCUMENTED = {
    "event": EVENT,
    "holder": HOLDER,
    "customer": {"id": "cust_adaQuill000001", "source_id": "crm-ada-77"},
    "campaign": {"id": "camp_samovarReferral2024", "name": "Bring a friend to tea"},
    "voucher": {"id": "v_samovarCode000001", "type": "DISCOUNT_VOUCHER"},
    "removed_at": "2025-03-04T08:15:30.250000+00:00",
}


#: Nothing of it is asked: making a backend reaches no one.
LEDGER = Effects(connect("redis://127.0.0.1:1", max_connections=1), memory_seconds=3600)


def _perks() -> tuple[HttpPerks, Answers]:
    perks, transport = HttpPerks(ADDRESS, SECRET), Answers()
    perks._post = SignedPost("perks_service", ADDRESS, SECRET, client=client(transport))
    return perks, transport


def _crm() -> tuple[HttpCrm, Answers]:
    crm, transport = HttpCrm(ADDRESS, SECRET), Answers()
    crm._post = SignedPost("crm_service", ADDRESS, SECRET, client=client(transport))
    return crm, transport


def _sent(transport: Answers) -> Any:
    (request,) = transport.requests
    return json.loads(request.content)


def test_the_perks_service_gets_exactly_the_documented_fields() -> None:
    """The shop's perks service gets ids, role and times, and no name or e-mail address."""
    perks, transport = _perks()

    assert perks.revoke(removal(), job()) == "the perks service took it"

    assert _sent(transport) == {"type": "referral_perks.revoke", **DOCUMENTED}
    text = transport.requests[0].content.decode()
    name, email, _source_id, note = PERSONAL
    assert not any(word in text for word in (name, email, note))


def test_the_crm_gets_the_same_and_the_address() -> None:
    """The CRM gets the e-mail address as well, and still neither name nor metadata."""
    crm, transport = _crm()

    assert crm.note_removal(removal(), job()) == "the CRM service took the note"

    customer = {**DOCUMENTED["customer"], "email": PERSONAL[1]}  # type: ignore[dict-item]
    assert _sent(transport) == {
        "type": "referral.assignment_removed",
        **DOCUMENTED,
        "customer": customer,
    }
    text = transport.requests[0].content.decode()
    assert PERSONAL[0] not in text
    assert PERSONAL[3] not in text


def test_what_voucherify_did_not_report_is_null() -> None:
    """With nothing but the fields that are required, the rest is null and nothing fails."""
    document = assignment_deleted()
    del document["data"]["holder"]["created_at"]
    for part in ("voucher", "campaign", "customer"):
        del document["data"][part]
    crm, transport = _crm()

    crm.note_removal(event_of(document), job())

    sent = _sent(transport)
    assert sent["customer"] == {"id": "cust_adaQuill000001", "source_id": None, "email": None}
    assert sent["campaign"] == {"id": "camp_samovarReferral2024", "name": None}
    assert sent["voucher"] == {"id": "v_samovarCode000001", "type": None}
    assert sent["holder"]["created_at"] is None


def test_times_are_reported_in_utc() -> None:
    """A time with another zone arrives as the same moment in UTC."""
    crm, transport = _crm()

    crm.note_removal(
        removal(
            created_at="2025-02-11T19:10:02.118+01:30", event_created_at="2025-03-04T08:15:30.25"
        ),
        job(),
    )

    sent = _sent(transport)
    assert sent["holder"]["created_at"] == HOLDER["created_at"]
    assert sent["removed_at"] == EVENT["created_at"]


@pytest.mark.parametrize("holder", ["rh_1\r\nX-Admin: 1", "держатель", "☕", "a b", "x" * 100_000])
def test_a_hostile_holder_id_makes_no_header(holder: str) -> None:
    """Any id is sent whole in the body and harmless in the headers, the same each time."""
    perks, transport = _perks()

    for _ in range(2):
        perks.revoke(removal(holder_id=holder), job())

    first, second = transport.requests
    assert all(value.isprintable() and value.isascii() for value in first.headers.values())
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert json.loads(first.content)["holder"]["id"] == holder


def test_keys_name_the_assignment_and_not_the_job_or_the_body() -> None:
    """Another event about the same holder has the same key; another holder has its own."""
    perks, transport = _perks()

    for event in (removal(), removal(event_id="evcus_9"), removal(holder_id="rh_2")):
        perks.revoke(event, job())

    keys = [request.headers["idempotency-key"] for request in transport.requests]
    assert keys == ["revoke-rh_7c210000000001"] * 2 + ["revoke-rh_2"]


def test_an_owners_own_voucher_is_no_matter_for_the_perks_service() -> None:
    """OWNER is not a referral role: nothing is sent."""
    perks, transport = _perks()

    assert perks.revoke(removal(role="OWNER"), job()).startswith("nothing to take back")
    assert transport.requests == []


def test_a_role_that_is_not_known_goes_to_a_person() -> None:
    """An unknown role is not guessed at, and its text is not repeated."""
    perks, transport = _perks()

    with pytest.raises(NeedsPersonError, match="rh_7c210000000001") as caught:
        perks.revoke(removal(role="GODPARENT"), job())

    assert "GODPARENT" not in str(caught.value)
    assert transport.requests == []


@pytest.mark.parametrize(
    ("role", "plan"),
    [
        ("REFEREE", "dry run: would take back the referee's reward"),
        ("REFERRER", "dry run: would check what the referrer earned with the code"),
        ("OWNER", "dry run: nothing: not a referral role"),
    ],
)
def test_the_default_backends_touch_nothing(role: str, plan: str) -> None:
    """Without settings both backends only say what they would do: a socket would fail here."""
    settings = WorkerSettings.from_environ({})
    perks, crm = make_perks(settings.perks, LEDGER, InMemory()), make_crm(settings.crm)

    assert perks.revoke(removal(role=role), job()) == plan
    assert crm.note_removal(removal(role=role), job()) == "dry run: would note the removal"
    perks.close()
    crm.close()


@pytest.mark.parametrize(
    ("backend", "kind"), [("http", "HttpPerks"), ("voucherify", "VoucherifyPerks")]
)
def test_the_setting_chooses_the_backend(backend: str, kind: str) -> None:
    """PERKS_BACKEND and CRM_BACKEND name the class that is made."""
    settings = WorkerSettings.from_environ(
        {
            "PERKS_BACKEND": backend,
            "PERKS_HTTP_URL": ADDRESS,
            "PERKS_HTTP_SECRET": SECRET,
            "VOUCHERIFY_APP_ID": "id",
            "VOUCHERIFY_APP_TOKEN": "token",
            "CRM_BACKEND": "http",
            "CRM_HTTP_URL": ADDRESS,
            "CRM_HTTP_SECRET": SECRET,
        }
    )
    perks, crm = make_perks(settings.perks, LEDGER, InMemory()), make_crm(settings.crm)

    assert type(perks).__name__ == kind
    assert isinstance(crm, HttpCrm)
    perks.close()
    crm.close()

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.settings import SandboxSettings
from tests.integration.sandbox.kit import signed


NOTE = {"type": "referral.removed", "data": {"customer": {"id": "cust_1"}, "note": "Perk gone"}}


def state(client: FlaskClient, part: str) -> Any:
    """Return one part of the state."""
    answer = client.get(f"/sandbox/state?part={part}").json
    assert answer is not None
    return answer[part]


def test_a_note_is_stored_for_its_customer(client: FlaskClient, settings: SandboxSettings) -> None:
    """A signed event becomes a note of the customer that its data names."""
    answer = client.post("/crm/events", **signed(settings.crm_secret, NOTE))
    assert answer.status_code == 201
    (note,) = state(client, "notes")
    assert (note["customer"], note["body"], note["repeats"]) == ("cust_1", NOTE, 0)


@pytest.mark.parametrize(
    "body", [{"customer_id": "cust_1"}, {"customer": "cust_1"}, {"customer": {"id": "cust_1"}}]
)
def test_the_customer_may_stand_at_the_top(
    client: FlaskClient, settings: SandboxSettings, body: Any
) -> None:
    """A flat body names its customer in one of the usual ways."""
    client.post("/crm/events", **signed(settings.crm_secret, body))
    assert state(client, "notes")[0]["customer"] == "cust_1"


def test_the_same_key_never_makes_a_second_note(
    client: FlaskClient, settings: SandboxSettings
) -> None:
    """A repeat is answered 200 and counted; whether it said the same is kept."""
    client.post("/crm/events", **signed(settings.crm_secret, NOTE))
    repeat = client.post("/crm/events", **signed(settings.crm_secret, NOTE))
    assert (repeat.status_code, repeat.json and repeat.json["repeat"]) == (200, True)
    assert (state(client, "notes")[0]["repeats"], state(client, "notes")[0]["bodies_differ"]) == (
        1,
        False,
    )
    client.post("/crm/events", **signed(settings.crm_secret, {"note": "other"}))
    (note,) = state(client, "notes")
    assert (note["repeats"], note["bodies_differ"], note["body"]) == (2, True, NOTE)


def test_another_key_makes_another_note(client: FlaskClient, settings: SandboxSettings) -> None:
    """Two keys are two notes, even with one body."""
    for key in ("key-1", "key-2"):
        client.post("/crm/events", **signed(settings.crm_secret, NOTE, key=key))
    assert [each["key"] for each in state(client, "notes")] == ["key-1", "key-2"]


@pytest.mark.parametrize("path", ["/crm/events", "/shop/perks"])
def test_a_wrong_signature_is_refused(
    client: FlaskClient, settings: SandboxSettings, path: str
) -> None:
    """The secrets differ, a stale timestamp is wrong too, and nothing is kept."""
    right = settings.crm_secret if path.startswith("/crm") else settings.shop_secret
    other = settings.shop_secret if path.startswith("/crm") else settings.crm_secret
    stale = datetime.now(UTC) - timedelta(minutes=6)
    for options in (signed(other, NOTE), signed(right, NOTE, at=stale), {"json": NOTE}):
        answer = client.post(path, **options)
        assert answer.status_code == 401
        assert answer.json is not None
        assert answer.json["error"]["code"] == "bad_signature"
    assert (state(client, "notes"), state(client, "takebacks")) == ([], [])


@pytest.mark.parametrize(
    ("body", "key", "code"), [(NOTE, None, "missing_idempotency_key"), ([1], "k", "bad_json")]
)
def test_key_and_object_are_needed(
    client: FlaskClient, settings: SandboxSettings, body: Any, key: str | None, code: str
) -> None:
    """A call without a key, or with something else than an object, is a 400."""
    answer = client.post("/crm/events", **signed(settings.crm_secret, body, key=key))
    assert (answer.status_code, answer.json and answer.json["error"]["code"]) == (400, code)


def test_the_shop_records_each_take_back(client: FlaskClient, settings: SandboxSettings) -> None:
    """The shop's own service keeps to the same conventions with its own secret."""
    body = {"customer_id": "cust_1", "perk": "gift_credits", "amount": 500}
    first = client.post("/shop/perks", **signed(settings.shop_secret, body))
    second = client.post("/shop/perks", **signed(settings.shop_secret, body))
    assert (first.status_code, second.status_code) == (201, 200)
    (taken,) = state(client, "takebacks")
    assert (taken["body"], taken["repeats"]) == (body, 1)

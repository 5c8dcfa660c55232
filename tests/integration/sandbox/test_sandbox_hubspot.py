from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.settings import SandboxSettings


CONTACTS = "/crm/objects/2026-09/contacts"
NOTES = "/crm/objects/2026-09/notes"
NOTES_OF = "/crm/associations/2026-09/contacts/notes/batch/read"
PROPERTIES = "/crm/properties/2026-09/contacts"
UNIQUE = {
    "name": "shop_id",
    "label": "Shop id",
    "groupName": "contactinformation",
    "type": "string",
    "fieldType": "text",
    "hasUniqueValue": True,
}


class Caller:
    """Calls the stand-in with the right token."""

    def __init__(self, client: FlaskClient, settings: SandboxSettings) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {settings.hubspot_token}"}

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        """Make one call."""
        return self._client.open(path, method=method, json=body, headers=self._headers)

    def seed(self, **properties: str) -> str:
        """Add a contact; return its id."""
        return str(_json(self._client.post("/sandbox/hubspot/contacts", json=properties))["id"])


@pytest.fixture
def caller(client: FlaskClient, settings: SandboxSettings) -> Caller:
    """A client with the token."""
    return Caller(client, settings)


def _json(answer: TestResponse) -> Any:
    assert answer.json is not None
    return answer.json


def _read(*ids: str, by: str | None = None) -> dict[str, Any]:
    found = {"properties": ["email", "nonsense"], "inputs": [{"id": each} for each in ids]}
    return {**found, "idProperty": by} if by else found


def _note(contact: str, body: str = "Hello", *, kind: int = 202) -> dict[str, Any]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
    return {
        "properties": {"hs_timestamp": "2025-03-04T08:15:30.250Z", "hs_note_body": body},
        "associations": [{"to": {"id": contact}, "types": types}],
    }


def test_only_the_token_opens_the_api(client: FlaskClient, settings: SandboxSettings) -> None:
    """Without it, with another one or in another scheme, the answer is HubSpot's 401."""
    for header in (None, "Bearer wrong", settings.hubspot_token):
        headers = {"Authorization": header} if header else {}
        answer = client.post(NOTES, json={}, headers=headers)
        assert answer.status_code == 401
        assert _json(answer)["category"] == "INVALID_AUTHENTICATION"


def test_contacts_are_found_by_address_in_any_case_and_by_unique_properties(
    caller: Caller,
) -> None:
    """A property can be read once it exists and is unique; unknown fields stay out."""
    contact = caller.seed(email="Ada@X.test")
    other = {**UNIQUE, "name": "nickname", "hasUniqueValue": False}
    assert (
        caller.call("POST", CONTACTS + "/batch/read", _read("1", by="shop_id")).status_code == 400
    )
    for definition in (UNIQUE, other):
        assert caller.call("POST", PROPERTIES, definition).status_code == 201
    caller.call("PATCH", f"{CONTACTS}/{contact}", {"properties": {"shop_id": "1"}})

    assert (
        caller.call("POST", CONTACTS + "/batch/read", _read("1", by="nickname")).status_code == 400
    )
    for by, value in (("shop_id", "1"), ("email", "ADA@x.TEST"), (None, contact)):
        answer = caller.call("POST", CONTACTS + "/batch/read", _read(value, by=by))
        (found,) = _json(answer)["results"]
        assert (answer.status_code, found["id"]) == (200, contact)
        assert found["properties"]["email"] == "ada@x.test"


def test_what_is_not_found_makes_a_207(caller: Caller) -> None:
    """The found ones come with an error that lists the others."""
    contact = caller.seed(email="a@x.test")

    answer = caller.call(
        "POST", CONTACTS + "/batch/read", _read("a@x.test", "b@x.test", by="email")
    )

    assert answer.status_code == 207
    assert [each["id"] for each in _json(answer)["results"]] == [contact]
    (error,) = _json(answer)["errors"]
    assert (error["category"], error["context"]) == ("OBJECT_NOT_FOUND", {"ids": ["b@x.test"]})


def test_unique_values_belong_to_one_contact(caller: Caller) -> None:
    """A second contact with the address or the id is a conflict; the same again is none."""
    caller.call("POST", PROPERTIES, UNIQUE)
    one = caller.seed(email="a@x.test", shop_id="1")
    two = caller.seed(email="b@x.test")

    for properties in ({"shop_id": "1"}, {"email": "A@x.test"}):
        answer = caller.call("PATCH", f"{CONTACTS}/{two}", {"properties": properties})
        assert (answer.status_code, _json(answer)["category"]) == (409, "CONFLICT")
        again = caller.call("PATCH", f"{CONTACTS}/{one}", {"properties": properties})
        assert again.status_code == 200


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"nonsense": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"seen_at": "yesterday"}, "INVALID_DATE"),
        ({"seen_at": "2025-03-04T08:15:30"}, "INVALID_DATE"),
    ],
)
def test_wrong_values_change_nothing(caller: Caller, properties: Any, code: str) -> None:
    """An unknown property and a wrong date are named, in words and as codes."""
    caller.call("POST", PROPERTIES, {**UNIQUE, "name": "seen_at", "type": "datetime"})
    contact = caller.seed(email="a@x.test")

    answer = caller.call(
        "PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "A", **properties}}
    )

    assert answer.status_code == 400
    assert _json(answer)["errors"][0]["code"] == code
    assert code in _json(answer)["message"]
    read = caller.call(
        "POST", CONTACTS + "/batch/read", {**_read(contact), "properties": ["firstname"]}
    )
    assert _json(read)["results"][0]["properties"]["firstname"] is None


def test_a_note_stands_on_its_contacts_timeline(caller: Caller) -> None:
    """It is listed and can be read, without comments; before it, the list is an error in a 207."""
    contact = caller.seed(email="a@x.test")
    none = caller.call("POST", NOTES_OF, {"inputs": [{"id": contact}]})
    assert none.status_code == 207
    assert _json(none)["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    made = caller.call("POST", NOTES, _note(contact, "<p>Hello<!-- hidden --></p>"))
    assert made.status_code == 201

    listed = caller.call("POST", NOTES_OF, {"inputs": [{"id": contact}]})

    (result,) = _json(listed)["results"]
    assert [each["toObjectId"] for each in result["to"]] == [_json(made)["id"]]
    body = {"properties": ["hs_note_body"], "inputs": [{"id": _json(made)["id"]}]}
    (note,) = _json(caller.call("POST", NOTES + "/batch/read", body))["results"]
    assert note["properties"]["hs_note_body"] == "<p>Hello</p>"


def test_many_notes_come_in_pages(caller: Caller) -> None:
    """501 notes are a page of 500 and one more behind its cursor."""
    contact = caller.seed(email="a@x.test")
    for _ in range(501):
        caller.call("POST", NOTES, _note(contact))

    (first,) = _json(caller.call("POST", NOTES_OF, {"inputs": [{"id": contact}]}))["results"]
    after = first["paging"]["next"]["after"]
    rest = caller.call("POST", NOTES_OF, {"inputs": [{"id": contact, "after": after}]})
    (second,) = _json(rest)["results"]

    assert (len(first["to"]), len(second["to"]), "paging" in second) == (500, 1, False)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CONTACTS + "/batch/read", {"inputs": [{"id": "1"}]}),
        (CONTACTS + "/batch/read", {**_read("1"), "limit": 5}),
        (CONTACTS + "/batch/read", _read(*map(str, range(101)))),
        (CONTACTS + "/batch/read", _read()),
        (CONTACTS + "/batch/read", {**_read(), "inputs": [{"id": 1}]}),
        (CONTACTS + "/batch/read", {**_read("1"), "inputs": [{"id": "1", "after": "2"}]}),
        (NOTES, {"properties": {"hs_note_body": "x"}}),
        (NOTES, []),
        (NOTES, {"properties": {"hs_timestamp": 1}}),
        (NOTES, _note("1", kind=201)),
        (NOTES, {**_note("1"), "associations": [{"to": {"id": "1"}}]}),
        (PROPERTIES, {"name": "x"}),
        (PROPERTIES, {**UNIQUE, "name": 5}),
    ],
)
def test_a_body_that_is_not_as_documented_is_refused(caller: Caller, path: str, body: Any) -> None:
    """Missing, unknown and wrong fields are a 400 of HubSpot's shape."""
    answer = caller.call("POST", path, body)

    assert answer.status_code == 400
    assert _json(answer)["category"] == "VALIDATION_ERROR"


def test_an_unknown_contact_is_not_found(caller: Caller, client: FlaskClient) -> None:
    """A contact that was deleted can be neither changed nor written about."""
    contact = caller.seed(email="a@x.test")
    client.delete(f"/sandbox/hubspot/contacts/{contact}")

    for answer in (
        caller.call("PATCH", f"{CONTACTS}/{contact}", {"properties": {}}),
        caller.call("POST", NOTES, _note(contact)),
        client.delete(f"/sandbox/hubspot/contacts/{contact}"),
        caller.call("GET", f"{PROPERTIES}/nonsense"),
    ):
        assert (answer.status_code, _json(answer)["category"]) == (404, "OBJECT_NOT_FOUND")


def test_a_property_is_created_once(caller: Caller) -> None:
    """The second time is a conflict, as with one that every account has."""
    assert caller.call("POST", PROPERTIES, UNIQUE).status_code == 201

    assert caller.call("POST", PROPERTIES, UNIQUE).status_code == 409
    assert caller.call("POST", PROPERTIES, {**UNIQUE, "name": "email"}).status_code == 409
    assert _json(caller.call("GET", f"{PROPERTIES}/shop_id"))["hasUniqueValue"] is True


def test_state_requests_and_faults_are_those_of_a_component(
    caller: Caller, client: FlaskClient
) -> None:
    """The state shows what is there; calls are recorded and can be made to fail."""
    contact = caller.seed(email="a@x.test")
    client.put("/sandbox/faults", json={"hubspot": {"status": 502, "times": 1, "apply": True}})
    assert caller.call("POST", NOTES, _note(contact)).status_code == 502
    caller.call("POST", PROPERTIES, UNIQUE)

    state = _json(client.get("/sandbox/state?part=hubspot"))["hubspot"]

    assert [each["id"] for each in state["contacts"]] == [contact]
    assert [each["contacts"] for each in state["notes"]] == [[contact]]
    assert [each["name"] for each in state["properties"]] == ["shop_id"]
    requests = _json(client.get("/sandbox/requests?component=hubspot"))
    assert [(each["path"], each["status"]) for each in requests] == [
        (NOTES, 502),
        (PROPERTIES, 201),
    ]
    client.post("/sandbox/reset")
    assert _json(client.get("/sandbox/state?part=hubspot")) == {"hubspot": {}}

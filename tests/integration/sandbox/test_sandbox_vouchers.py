from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.settings import SandboxSettings
from tests.integration.sandbox.kit import Api


@pytest.fixture
def card(scene: Any) -> str:
    """The code of a gift card that holds 15.00."""
    return str(scene["referees"][0]["card"]["code"])


@pytest.mark.parametrize("wrong", ["X-App-Id", "X-App-Token"])
def test_wrong_keys_are_refused(
    client: FlaskClient, settings: SandboxSettings, card: str, wrong: str
) -> None:
    """Both keys must be right, and the answer has the shape of every error."""
    keys = {"X-App-Id": settings.app_id, "X-App-Token": settings.app_token, wrong: "guess"}
    answer = client.get(f"/v1/vouchers/{card}", headers=keys)
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["code"] == 401
    assert answer.json["request_id"].startswith("v-")


def test_no_keys_are_refused(client: FlaskClient) -> None:
    """A call without keys is not answered."""
    assert client.get("/v1/vouchers/any").status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_unknown_path(api: Api, method: str) -> None:
    """What the API does not have is 404 in its own shape."""
    answer = api.call(method, "/loyalties/members/x/transfers")
    assert answer.status_code == 404
    assert answer.json is not None
    assert (answer.json["code"], answer.json["key"]) == (404, "not_found")


def test_voucher_is_found_by_code_and_by_id(api: Api, scene: Any) -> None:
    """A card has two names; its balance is what was credited, less what was taken and spent."""
    card = scene["referees"][0]["card"]
    by_code = api.call("GET", f"/vouchers/{card['code']}").json
    assert by_code == api.call("GET", f"/vouchers/{card['id']}").json
    assert by_code is not None
    assert by_code["gift"] == {
        "amount": 1500,
        "subtracted_amount": 0,
        "redeemed_amount": 0,
        "balance": 1500,
        "effect": "APPLY_TO_ORDER",
    }


def test_unknown_voucher(api: Api) -> None:
    """The 404 says which kind of thing is missing and by which name it was sought."""
    answer = api.call("POST", "/vouchers/NO-SUCH/disable")
    assert answer.status_code == 404
    assert answer.json is not None
    assert {key: value for key, value in answer.json.items() if key != "request_id"} == {
        "code": 404,
        "key": "not_found",
        "message": "Resource not found",
        "details": "Cannot find voucher with id NO-SUCH",
        "resource_id": "NO-SUCH",
        "resource_type": "voucher",
    }


def test_disabling_and_enabling_can_be_repeated(api: Api, card: str) -> None:
    """Both calls need no body and may come twice."""
    calls = ["disable", "disable", "enable", "enable"]
    answers = [api.call("POST", f"/vouchers/{card}/{each}").json for each in calls]
    assert [each and each["active"] for each in answers] == [False, False, True, True]


def test_balance_answer_names_no_transaction(api: Api, scene: Any) -> None:
    """The answer has the documented fields, and neither a transaction id nor the source_id."""
    card = scene["referees"][0]["card"]
    answer = api.call(
        "POST", f"/vouchers/{card['id']}/balance", json={"amount": -500, "source_id": "a:1"}
    )
    assert answer.status_code == 200
    assert answer.json == {
        "amount": -500,
        "total": 1000,
        "balance": 1000,
        "type": "gift_voucher",
        "operation_type": "MANUAL",
        "object": "balance",
        "related_object": {"type": "voucher", "id": card["id"]},
    }


def test_balance_change_is_a_transaction(api: Api, card: str) -> None:
    """Taking and giving back leave one transaction each, with source_id and reason."""
    taken = {"amount": -500, "source_id": "a:1", "reason": "assignment removed"}
    api.call("POST", f"/vouchers/{card}/balance", json=taken)
    api.call("POST", f"/vouchers/{card}/balance", json={"amount": 500, "source_id": "a:1:undo"})
    page = api.call("GET", f"/vouchers/{card}/transactions?limit=2&order=-id").json
    assert page is not None
    undo, removal = page["data"]
    assert (undo["type"], undo["source_id"]) == ("CREDITS_ADDITION", "a:1:undo")
    assert removal["type"] == "CREDITS_REMOVAL"
    assert (removal["source"], removal["reason"]) == ("API", "assignment removed")
    assert removal["details"]["balance"]["amount"] == -500
    assert page["has_more"] is True
    assert page["more_starting_after"] == removal["id"]


def test_same_source_id_twice_is_taken_twice(api: Api, card: str) -> None:
    """A source_id is a label: the API does not protect a caller from repeating itself."""
    for _ in range(2):
        api.call("POST", f"/vouchers/{card}/balance", json={"amount": -500, "source_id": "a:1"})
    voucher = api.call("GET", f"/vouchers/{card}").json
    assert voucher is not None
    assert voucher["gift"]["balance"] == 500


@pytest.mark.parametrize(
    ("card_type", "key"),
    [
        ("GIFT_VOUCHER", "gift_amount_exceeded"),
        ("LOYALTY_CARD", "loyalty_card_points_exceeded"),
    ],
)
def test_more_than_the_balance_cannot_be_taken(
    api: Api, client: FlaskClient, card_type: str, key: str
) -> None:
    """Taking too much is refused whole, and nothing is changed."""
    seeded = {"reward": {"type": card_type, "amount": 500}, "own": 100, "spent": 550}
    scene = client.post("/sandbox/scenario", json=seeded).json
    assert scene is not None
    path = f"/vouchers/{scene['referees'][0]['card']['code']}"
    answer = api.call("POST", f"{path}/balance", json={"amount": -51})
    assert (answer.status_code, answer.json and answer.json["key"]) == (400, key)
    assert api.call("POST", f"{path}/balance", json={"amount": -50}).status_code == 200


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "invalid_payload"),
        ({"amount": "-500"}, "invalid_payload"),
        ({"amount": -5.5}, "invalid_payload"),
        ({"amount": True}, "invalid_payload"),
        ({"amount": -5, "source_id": 7}, "invalid_payload"),
        ([], "invalid_payload"),
        ({"amount": 0}, "invalid_amount"),
    ],
)
def test_balance_body_is_checked(api: Api, card: str, body: Any, key: str) -> None:
    """The amount must be a whole number other than zero, the labels texts."""
    answer = api.call("POST", f"/vouchers/{card}/balance", json=body)
    assert (answer.status_code, answer.json and answer.json["key"]) == (400, key)


def test_a_referral_code_has_no_balance(api: Api, scene: Any) -> None:
    """A discount code cannot be charged."""
    answer = api.call("POST", f"/vouchers/{scene['code']['code']}/balance", json={"amount": 5})
    assert answer.status_code == 400


@pytest.mark.parametrize("order", ["id", "-id"])
def test_transactions_come_in_pages(api: Api, card: str, order: str) -> None:
    """Following starting_after_id shows every transaction once, in order."""
    for amount in range(1, 24):
        api.call("POST", f"/vouchers/{card}/balance", json={"amount": amount})
    pages = api.pages(f"/vouchers/{card}/transactions", limit=10, order=order)
    ids = [each for page in pages for each in page]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert ids == sorted(ids, reverse=order == "-id")
    assert len(set(ids)) == 25


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "order=amount"])
def test_paging_parameters_are_checked(api: Api, card: str, query: str) -> None:
    """A page has 1 to 100 records in one of the documented orders."""
    assert api.call("GET", f"/vouchers/{card}/transactions?{query}").status_code == 400

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.sandbox.kit import Api, Target, until


UNASSIGNED = "customer.holder.assignment.deleted"


def state(client: FlaskClient, part: str) -> Any:
    """Show one part of the state."""
    shown = client.get(f"/sandbox/state?part={part}").json
    assert shown is not None
    return shown[part]


def sent(client: FlaskClient) -> list[Any]:
    """List the data of all webhooks."""
    return [json.loads(each["body"]) for each in state(client, "sendouts")]


def call(client: FlaskClient, method: str, path: str, **body: Any) -> Any:
    """Steer the sandbox."""
    answer = client.open(f"/sandbox{path}", method=method, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json


def test_a_customer_comes_back(client: FlaskClient, scene: Any) -> None:
    """The new assignment has its own id, begins after the old one ended, and is paid again."""
    referee, code = scene["referees"][0], scene["code"]["code"]
    call(client, "POST", "/unassign", holder=referee["holder"])
    again = call(client, "POST", "/assign", customer=referee["customer"], code=code)
    assert again["holder"] != referee["holder"]
    assert again["card"]["id"] == referee["card"]["id"]
    assert again["grant"]["transaction"] != referee["grant"]["transaction"]
    assignments = state(client, "assignments")
    ended = assignments[referee["holder"]]["ended_at"]
    assert assignments[again["holder"]]["created_at"] > ended
    assert [each["type"].rsplit(".", 1)[1] for each in sent(client)] == ["deleted", "created"]


def test_no_one_is_assigned_twice(client: FlaskClient, scene: Any) -> None:
    """While an assignment lasts a second one is refused as the API does."""
    body = {"customer": scene["referees"][0]["customer"], "code": scene["code"]["code"]}
    assert client.post("/sandbox/assign", json=body).status_code == 409


def test_an_addition_can_resemble_the_reward(api: Api, client: FlaskClient) -> None:
    """Only its id distinguishes the second addition from the reward."""
    scene = call(client, "POST", "/scenario", own=0, lookalike=500)
    card = scene["referees"][0]["card"]["id"]
    call(client, "POST", "/top_up", card=card, amount=500, like_grant=True)
    call(client, "POST", "/top_up", card=card, amount=500)
    page = api.call("GET", f"/vouchers/{card}/transactions?order=id").json
    assert page is not None
    reported = [(each["type"], each["source"], each["reason"]) for each in page["data"]]
    assert reported == [("CREDITS_ADDITION", None, None)] * 3 + [
        ("CREDITS_ADDITION", "voucherify-web-ui", "Top-up")
    ]
    operations = [each["details"]["balance"]["operation_type"] for each in page["data"]]
    assert operations == ["AUTOMATIC"] * 3 + ["MANUAL"]


def test_an_addition_can_be_dated(client: FlaskClient, scene: Any) -> None:
    """A top-up may lie at any time, inside an assignment or outside."""
    card, at = scene["referees"][0]["card"]["id"], "2024-05-06T07:08:09.012Z"
    call(client, "POST", "/top_up", card=card, amount=5, at=at)
    assert state(client, "cards")[card]["transactions"][-1]["created_at"] == at


def test_a_campaign_is_edited_after_the_grant(client: FlaskClient, scene: Any) -> None:
    """The webhook shows the reward of today, not the one that was granted."""
    reward = {"type": "LOYALTY_CARD", "amount": 77}
    path = f"/campaigns/{scene['campaign']['id']}"
    call(client, "PUT", path, reward=reward, show_reward=True)
    call(client, "POST", "/unassign", holder=scene["referees"][0]["holder"])
    program = sent(client)[0]["data"]["campaign"]["referral_program"]
    assert program["referee_reward"]["amount"] == "77"
    assert scene["referees"][0]["grant"]["amount"] == 500
    assert client.put("/sandbox/campaigns/none", json={}).status_code == 404


@pytest.mark.parametrize("announce", [True, False])
def test_a_customer_is_deleted(api: Api, client: FlaskClient, scene: Any, announce: bool) -> None:
    """Every path to a deleted customer is 404; their assignments end, with a webhook or without."""
    referee = scene["referees"][0]
    path = f"/customers/{referee['customer']}"
    ended = call(client, "DELETE", path, announce=announce)["holders"]
    assert referee["holder"] in ended
    for below in ("", "/activity", "/redeemables"):
        assert api.call("GET", path + below).status_code == 404
    assert api.call("GET", f"/customers/{referee['source_id']}").status_code == 404
    holders = api.call("GET", f"/referrals/members/{scene['code']['code']}/holders").json
    assert holders is not None
    assert holders["total"] == 3
    assert len(sent(client)) == (len(ended) if announce else 0)
    assert state(client, "deleted") == [referee["customer"]]
    assert referee["name"] not in client.get("/").text


def test_a_deleted_code_takes_its_holders_along(api: Api, client: FlaskClient, scene: Any) -> None:
    """By this path, which no document describes, a referrer's assignment ends by webhook."""
    code = scene["code"]["code"]
    call(client, "DELETE", f"/vouchers/{code}", announce=True)
    assert api.call("GET", f"/vouchers/{code}").status_code == 404
    assert api.call("GET", f"/referrals/members/{code}/holders").status_code == 404
    roles = [each["data"]["holder"]["holder_role"] for each in sent(client)]
    assert roles == ["REFERRER"] + ["REFEREE"] * 3
    assert {each["type"] for each in sent(client)} == {UNASSIGNED}


def test_a_deleted_card_is_gone(api: Api, client: FlaskClient, scene: Any) -> None:
    """A card that was deleted is neither found nor listed, but its balance is still known."""
    referee = scene["referees"][0]
    call(client, "DELETE", f"/vouchers/{referee['card']['code']}")
    answer = api.call("POST", f"/vouchers/{referee['card']['id']}/balance", json={"amount": -1})
    assert answer.status_code == 404
    page = api.call("GET", f"/customers/{referee['customer']}/redeemables").json
    assert page is not None
    assert [each["holder_role"] for each in page["data"]] == ["REFEREE"]
    assert state(client, "cards")[referee["card"]["id"]]["balance"] == 1500


def test_a_code_is_given_to_another(api: Api, client: FlaskClient, scene: Any) -> None:
    """The old referrer's assignment ends by webhook, the voucher then names the new one."""
    code = scene["code"]["code"]
    newcomer = call(client, "POST", "/customers", source_id="heir")["id"]
    call(client, "PUT", f"/vouchers/{code}", holder=newcomer)
    voucher = api.call("GET", f"/vouchers/{code}").json
    assert voucher is not None
    assert (voucher["holder_id"], voucher["referrer_id"]) == (newcomer, newcomer)
    roles = [(each["type"][-7:], each["data"]["holder"]["holder_role"]) for each in sent(client)]
    assert roles == [("deleted", "REFERRER"), ("created", "REFERRER")]


@pytest.mark.parametrize("active", [False, True])
def test_a_voucher_is_switched(api: Api, client: FlaskClient, scene: Any, active: bool) -> None:
    """A card can be off before the product comes to it."""
    card = scene["referees"][0]["card"]["id"]
    call(client, "PUT", f"/vouchers/{card}", active=active)
    voucher = api.call("GET", f"/vouchers/{card}").json
    assert voucher is not None
    assert voucher["active"] is active


@pytest.mark.parametrize("grant_on", [0, 1])
def test_a_referee_has_several_cards(api: Api, client: FlaskClient, grant_on: int) -> None:
    """Of two cards of the same campaign one holds the reward."""
    scene = call(client, "POST", "/scenario", cards=2, grant_on=grant_on, own=100)
    page = api.call("GET", f"/customers/{scene['referees'][0]['customer']}/redeemables").json
    assert page is not None
    cards = [each for each in page["data"] if each["holder_role"] == "OWNER"]
    assert len({each["campaign_id"] for each in cards}) == 1
    balances = [each["redeemable"]["voucher"]["gift"]["balance"] for each in reversed(cards)]
    assert balances == [600 if place == grant_on else 100 for place in range(2)]


@pytest.mark.parametrize("role", ["OWNER", "REFERRER", "REFEREE"])
@pytest.mark.parametrize("kind", ["DISCOUNT_VOUCHER", "GIFT_VOUCHER", "LOYALTY_CARD"])
def test_every_role_meets_every_kind(client: FlaskClient, role: str, kind: str) -> None:
    """Webhooks of all nine combinations can be had, each with its own kind of value only."""
    made = call(client, "POST", "/odd_assignment", role=role, voucher_type=kind, balance=900)
    call(client, "POST", "/unassign", holder=made["holder"])
    [envelope] = sent(client)
    holder, voucher = envelope["data"]["holder"], envelope["data"]["voucher"]
    assert (holder["holder_role"], holder["voucher_type"]) == (role, kind)
    assert holder["customer_id"] == made["customer"]
    assert (holder["campaign_type"] == "REFERRAL_PROGRAM") is (role != "OWNER")
    assert (voucher["referrer_id"] is None) is (role == "OWNER")
    values = {"discount", "gift", "loyalty_card"} & voucher.keys()
    assert len(values) == 1
    if kind == "GIFT_VOUCHER":
        assert voucher["gift"] == {"amount": 900, "balance": 900, "effect": "APPLY_TO_ORDER"}


def test_an_owner_of_a_plain_card_is_unassigned(
    api: Api, client: FlaskClient, scene: Any, target: Target
) -> None:
    """A person can end the holding of a card, which is not a referral at all."""
    customer = scene["referees"][0]["customer"]
    page = api.call("GET", f"/customers/{customer}/redeemables?order=id").json
    assert page is not None
    call(client, "POST", "/unassign", holder=page["data"][0]["id"])
    data = json.loads(until(lambda: target.received)[0][1])["data"]
    assert data["holder"]["holder_role"] == "OWNER"
    assert data["voucher"]["gift"]["balance"] == 1500

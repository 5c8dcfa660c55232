import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.app import create_app
from sandbox.settings import SandboxSettings
from tests.integration.sandbox.kit import Api, signed


@pytest.fixture
def card(scene: Any) -> str:
    """The path of a gift card that holds 15.00."""
    return f"/vouchers/{scene['referees'][0]['card']['code']}"


def balance(api: Api, card: str) -> int:
    """Return what is on a card."""
    voucher = api.call("GET", card).json
    assert voucher is not None
    return int(voucher["gift"]["balance"])


def put(client: FlaskClient, **faults: Any) -> None:
    """Switch faults on."""
    assert client.put("/sandbox/faults", json=faults).status_code == 200


def test_a_status_is_answered_a_number_of_times(api: Api, client: FlaskClient, card: str) -> None:
    """A fault hits as often as it says; the calls it hits have no effect."""
    fault = {"status": 429, "times": 2, "headers": {"Retry-After": "3"}, "method": "POST"}
    put(client, voucherify=fault)
    answers = [api.call("POST", f"{card}/balance", json={"amount": -100}) for _ in range(3)]
    assert [each.status_code for each in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "3"
    assert balance(api, card) == 1400


def test_an_error_can_hide_an_effect(api: Api, client: FlaskClient, card: str) -> None:
    """A 500 after the call was applied: the caller cannot know that it counted."""
    put(client, voucherify={"status": 500, "apply": True, "path": "*/balance"})
    assert api.call("POST", f"{card}/balance", json={"amount": -100}).status_code == 500
    assert balance(api, card) == 1400


@pytest.mark.parametrize(("applied", "left"), [(True, 1400), (False, 1500)])
def test_a_connection_is_dropped(
    api: Api, client: FlaskClient, card: str, applied: bool, left: int
) -> None:
    """The connection can break before the call takes effect, or after."""
    put(client, voucherify={"drop": True, "apply": applied, "times": 1})
    with pytest.raises(ConnectionAbortedError):
        api.call("POST", f"{card}/balance", json={"amount": -100})
    assert balance(api, card) == left
    calls = client.get("/sandbox/requests?method=POST&component=voucherify").json
    assert calls is not None
    assert (calls[0]["status"], calls[0]["applied"]) == (None, applied)


@pytest.mark.parametrize("name", ["delay_seconds", "delay_before_seconds"])
def test_an_answer_is_delayed(api: Api, client: FlaskClient, card: str, name: str) -> None:
    """A delayed call takes at least so long, and takes effect."""
    put(client, voucherify={name: 0.2, "times": 1})
    started = time.monotonic()
    assert api.call("POST", f"{card}/balance", json={"amount": -100}).status_code == 200
    assert time.monotonic() - started >= 0.2
    assert balance(api, card) == 1400


def test_faults_hit_one_component(client: FlaskClient, settings: SandboxSettings) -> None:
    """A CRM that is down leaves the shop working, and keeps no note."""
    put(client, crm={"status": 503})
    call = signed(settings.crm_secret, {"customer_id": "cust_1"})
    assert client.post("/crm/events", **call).status_code == 503
    shop = signed(settings.shop_secret, {"customer_id": "cust_1"})
    assert client.post("/shop/perks", **shop).status_code == 201
    faults = client.get("/sandbox/faults").json
    assert faults is not None
    assert faults["faults"]["crm"][0]["used"] == 1
    client.delete("/sandbox/faults")
    assert client.post("/crm/events", **call).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sandbox/faults", {"crm": {"stauts": 500}}),
        ("/sandbox/faults", {"bank": {}}),
        ("/sandbox/scenario", {"refrees": 3}),
        ("/sandbox/scenario", {"reward": {"type": "HUG", "amount": 1}}),
        ("/sandbox/spend", []),
    ],
)
def test_a_typo_is_refused(client: FlaskClient, path: str, body: Any) -> None:
    """What a test misspells is an error, not a silent default."""
    method = "PUT" if path.endswith("faults") else "POST"
    assert client.open(path, method=method, json=body).status_code == 400


def test_every_call_is_recorded(api: Api, client: FlaskClient, card: str) -> None:
    """A recorded call has its method, path, query, body, time and status."""
    api.call("GET", f"{card}/transactions?limit=5")
    api.call("POST", f"{card}/balance", json={"amount": -9999})
    calls = client.get("/sandbox/requests", query_string={"path": f"/v1{card}"}).json
    assert calls is not None
    read, taken = calls
    assert (read["method"], read["query"], read["status"]) == ("GET", "limit=5", 200)
    assert (taken["path"], taken["status"]) == (f"/v1{card}/balance", 400)
    assert '"amount": -9999' in taken["body"]
    assert read["at"] <= taken["at"]


def test_a_scenario_can_be_spent_and_topped_up(api: Api, client: FlaskClient) -> None:
    """The card shows own money, grant, order and top-up as four transactions."""
    body = {"own": 100, "spent": 300, "added_later": 50}
    scene = client.post("/sandbox/scenario", json=body).json
    assert scene is not None
    card = scene["referees"][0]["card"]
    assert card["balance"] == 100 + 500 - 300 + 50
    page = api.call("GET", f"/vouchers/{card['id']}/transactions?order=id").json
    assert page is not None
    kinds = ["ADDITION", "ADDITION", "REDEMPTION", "ADDITION"]
    assert [each["type"] for each in page["data"]] == [f"CREDITS_{each}" for each in kinds]


def test_a_scenario_can_join_a_code(client: FlaskClient, scene: Any) -> None:
    """More referees come to the same code after its reward was changed to points."""
    body = {"code": scene["code"]["code"], "reward": {"type": "LOYALTY_CARD", "amount": 40}}
    more = client.post("/sandbox/scenario", json=body).json
    assert more is not None
    assert more["campaign"] == scene["campaign"]
    assert more["referees"][0]["card"]["type"] == "LOYALTY_CARD"


def test_a_customer_with_a_card_can_be_seeded(api: Api, client: FlaskClient) -> None:
    """A customer, a card and an order paid with it can be made one by one."""
    customer = client.post("/sandbox/customers", json={"source_id": "shop-x"}).json
    assert customer is not None
    card = client.post(
        "/sandbox/cards", json={"customer": "shop-x", "type": "GIFT_VOUCHER", "balance": 900}
    ).json
    assert card is not None
    assert card["customer"] == customer["id"]
    client.post("/sandbox/spend", json={"card": card["code"], "amount": 200})
    assert balance(api, f"/vouchers/{card['id']}") == 700


def test_a_referrer_can_be_unassigned_by_a_person(client: FlaskClient, scene: Any) -> None:
    """The button removes a referrer, which the API refuses to, and works once."""
    body = {"holder": scene["referrer"]["holder"]}
    assert client.post("/sandbox/unassign", json=body).status_code == 200
    assert client.post("/sandbox/unassign", json=body).status_code == 404


def test_many_can_be_unassigned_in_one_call(client: FlaskClient, scene: Any) -> None:
    """A whole list ends at once, or none of it when one of them is unknown."""
    holders = [each["holder"] for each in scene["referees"]]
    unknown = {"holders": [*holders, "rh_none"]}
    assert client.post("/sandbox/unassign", json=unknown).status_code == 404
    assert client.post("/sandbox/unassign", json={"holders": holders}).status_code == 200
    state = client.get("/sandbox/state?part=assignments&part=sendouts").json
    assert state is not None
    assert all(state["assignments"][each]["ended_at"] for each in holders)
    assert len(state["sendouts"]) == 3


def test_an_assignment_lasts_longer_than_its_reward_takes(client: FlaskClient) -> None:
    """Even when it ends at once, it ends after the reward was paid."""
    scene = client.post("/sandbox/scenario", json={"assigned_minutes_ago": 0}).json
    assert scene is not None
    client.post("/sandbox/unassign", json={"holder": scene["referees"][0]["holder"]})
    state = client.get("/sandbox/state?part=assignments&part=cards").json
    assert state is not None
    ended = state["assignments"][scene["referees"][0]["holder"]]["ended_at"]
    card = state["cards"][scene["referees"][0]["card"]["id"]]
    assert card["transactions"][-1]["created_at"] < ended


def test_reset_forgets_everything_but_the_ids(client: FlaskClient, scene: Any) -> None:
    """After a reset nothing is left, and no id is ever given a second time."""
    client.post("/sandbox/reset")
    state = client.get("/sandbox/state").json
    assert state is not None
    left = {name: value for name, value in state.items() if name != "webhook"}
    assert not any(left.values())
    again = client.post("/sandbox/scenario", json={}).json
    assert again is not None
    assert again["referees"][0]["holder"] > scene["referees"][-1]["holder"]


def test_ids_depend_on_the_first_one_only(settings: SandboxSettings) -> None:
    """Two sandboxes that start alike name everything alike."""
    clients = [create_app(settings).test_client() for _ in range(2)]
    first, second = (each.get("/sandbox/state?part=assignments").json for each in clients)
    assert first is not None
    assert second is not None
    assert list(first["assignments"]) == list(second["assignments"])


def test_the_start_has_three_referees(client: FlaskClient) -> None:
    """The scenario of the start: two gift cards and one loyalty card, own money on each."""
    client.post("/sandbox/reset", json={"seed": True})
    state = client.get("/sandbox/state?part=cards").json
    assert state is not None
    cards = state["cards"].values()
    assert sorted(each["type"] for each in cards) == [
        "GIFT_VOUCHER",
        "GIFT_VOUCHER",
        "LOYALTY_CARD",
    ]
    assert [len(each["transactions"]) for each in cards] == [2, 2, 2]

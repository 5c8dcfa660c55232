from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.inprocess import InProcess


GIFT = {"type": "GIFT_VOUCHER", "amount": 500}
POINTS = {"type": "LOYALTY_CARD", "amount": 500}


def get(shop: InProcess, path: str) -> Any:
    """Read by the API."""
    with shop.client() as client:
        answer = client.get(f"/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def grant(shop: InProcess, referee: dict[str, Any]) -> dict[str, Any]:
    """Find a referee's grant among the transactions that the API lists."""
    page = get(shop, f"/vouchers/{referee['card']['id']}/transactions?limit=100")
    [found] = [each for each in page["data"] if each["id"] == referee["grant"]["transaction"]]
    return dict(found)


def assigned_at(shop: InProcess, referee: dict[str, Any]) -> datetime:
    """Return when an assignment began."""
    assignment = shop.state("assignments")["assignments"][referee["holder"]]
    return datetime.fromisoformat(assignment["created_at"])


@pytest.mark.parametrize("reward", [GIFT, POINTS])
def test_a_grant_says_nothing_of_the_referral(shop: InProcess, reward: dict[str, Any]) -> None:
    """By default only the balance is in its details."""
    [referee] = shop.scenario(reward=reward)["referees"]
    assert grant(shop, referee)["details"].keys() == {"balance"}


def test_a_grant_can_name_the_redemption(shop: InProcess) -> None:
    """The details then lead to the conversion and its order."""
    [referee] = shop.scenario(reward={**GIFT, "names_conversion": True})["referees"]
    details = grant(shop, referee)["details"]
    assert details["redemption"] == {"id": referee["redemption"]}
    order = shop.state("redemptions")["redemptions"][referee["redemption"]]["order"]
    assert details["order"] == {"id": order, "source_id": None}


@pytest.mark.parametrize("names_conversion", [True, False])
def test_a_custom_event_converts(shop: InProcess, names_conversion: bool) -> None:
    """No redemption is there then; the customer's referrals name the event, the grant may."""
    reward = {**GIFT, "names_conversion": names_conversion}
    scene = shop.scenario(reward=reward, converts_by="subscribed")
    [referee] = scene["referees"]
    assert referee["redemption"] is None
    assert shop.state("redemptions")["redemptions"] == {}
    [came] = get(shop, f"/customers/{referee['customer']}")["referrals"]["campaigns"]
    assert (came["related_object_type"], came["related_object_id"]) == (
        "custom_event",
        referee["custom_event"],
    )
    named = {"id": referee["custom_event"], "type": "subscribed"}
    wanted = {"custom_event": named} if names_conversion else {}
    details = grant(shop, referee)["details"]
    assert {name: details[name] for name in details if name != "balance"} == wanted
    happened = get(shop, f"/customers/{referee['customer']}/activity?limit=100")["data"]
    [event] = [each["data"]["data"] for each in happened if each["type"].endswith("custom_event")]
    assert event["event"]["referral"]["code"] == scene["code"]["code"]
    program = get(shop, f"/campaigns/{scene['campaign']['id']}")["referral_program"]
    assert program["conversion_event_type"] == "custom_event"


@pytest.mark.parametrize("stamp_ms", [-7, 0, 40, 900])
def test_a_grant_is_stamped_before_or_after_its_assignment(shop: InProcess, stamp_ms: int) -> None:
    """Two clocks of the real service may differ by some milliseconds either way."""
    [referee] = shop.scenario(reward={**GIFT, "stamp_ms": stamp_ms})["referees"]
    given = datetime.fromisoformat(grant(shop, referee)["created_at"])
    assert given - assigned_at(shop, referee) == timedelta(milliseconds=stamp_ms)


def test_a_conversion_comes_days_after_the_assignment(shop: InProcess) -> None:
    """The grant is of the conversion's moment, as is what the customer's referrals say."""
    [referee] = shop.scenario(converted_minutes_later=2880)["referees"]
    began = assigned_at(shop, referee)
    given = datetime.fromisoformat(grant(shop, referee)["created_at"])
    [came] = get(shop, f"/customers/{referee['customer']}")["referrals"]["campaigns"]
    assert datetime.fromisoformat(came["date"]) - began == timedelta(days=2)
    assert given - began == timedelta(days=2, milliseconds=40)
    assert came["related_object_id"] == referee["redemption"]
    state = shop.state("assignments")["assignments"][referee["holder"]]
    assert state["conversion"] == {"id": referee["redemption"], "at": came["date"]}


def test_who_was_assigned_by_the_api_converts_later(shop: InProcess) -> None:
    """Nothing is paid for an assignment that waits, and once for one that converted twice."""
    tier = {"type": "GIFT_VOUCHER", "amount": 300}
    scene = shop.scenario(referees=0, reward={**GIFT, "waits_for_conversion": True}, tier=tier)
    customer = shop.call("POST", "/customers", {"source_id": "late"})["id"]
    with shop.client() as client:
        path = f"/v1/referrals/members/{scene['code']['code']}/holders"
        answer = client.post(path, json={"holders": [{"id": customer}]})
    holder = answer.json()["data"][0]["id"]
    assert get(shop, f"/customers/{customer}")["referrals"]["total"] == 0
    assert shop.state("assignments")["assignments"][holder]["grant"] is None
    shop.advance(86400)
    made = shop.call("POST", "/convert", {"holder": holder})
    assert (made["grant"]["amount"], made["tier"]["amount"]) == (500, 300)
    assert grant(shop, made)["created_at"] > answer.json()["data"][0]["created_at"]
    again = shop.call("POST", "/convert", {"holder": holder})
    assert again["grant"] == made["grant"]
    assert "tier" not in again
    assert get(shop, f"/customers/{customer}")["referrals"]["total"] == 2
    with pytest.raises(ValueError, match="not_found"):
        shop.call("POST", "/convert", {"holder": "rh_none"})


def test_no_one_converts_who_is_only_assigned(shop: InProcess) -> None:
    """An assignment without a conversion has neither a redemption nor a reward."""
    scene = shop.scenario()
    customer = shop.call("POST", "/customers", {"source_id": "idle"})["id"]
    body = {"customer": customer, "code": scene["code"]["code"], "converts": False}
    made = shop.call("POST", "/assign", body)
    assert (made["redemption"], made["card"], made["grant"]) == (None, None, None)
    [idle] = shop.scenario(converted_minutes_later=None)["referees"]
    assert (idle["redemption"], idle["grant"]) == (None, None)


def test_an_earning_rule_adds_at_the_same_moment(shop: InProcess) -> None:
    """Of two additions of one moment on one card the books know which is the reward."""
    [referee] = shop.scenario(own=0, reward={**POINTS, "beside": 500})["referees"]
    page = get(shop, f"/vouchers/{referee['card']['id']}/transactions")["data"]
    assert len({each["created_at"] for each in page}) == 1
    assert sum("earning_rule" in each["details"] for each in page) == 1
    shown = shop.state("books")["books"][referee["card"]["id"]]
    assert {each["why"]: each["of"] for each in shown}["assignment"] == referee["holder"]
    assert len(shown) == 2


@pytest.mark.parametrize("show_reward", [True, False])
def test_a_discount_is_on_no_card(shop: InProcess, show_reward: bool) -> None:
    """The referee's own order was cheaper, and no type of reward in the campaign says so."""
    scene = shop.scenario(reward={"type": "DISCOUNT_VOUCHER"}, show_reward=show_reward)
    [referee] = scene["referees"]
    assert (referee["card"], referee["grant"]) == (None, None)
    assert shop.state("cards")["cards"] == {}
    campaign = get(shop, f"/campaigns/{scene['campaign']['id']}")
    assert "referee_reward" not in campaign["referral_program"]
    assert campaign["voucher"]["discount"] is not None
    assert shop.violations() == []

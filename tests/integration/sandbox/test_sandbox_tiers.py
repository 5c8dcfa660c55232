from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.sandbox.kit import Api


CARDS = [
    ("GIFT_VOUCHER", "amount", "customer.voucher.gift.balance_added"),
    ("LOYALTY_CARD", "points", "customer.voucher.loyalty_card.points_added"),
]


def play(client: FlaskClient, **tier: Any) -> Any:
    """Let two people convert under a programme with a tier."""
    return client.post("/sandbox/scenario", json={"referees": 2, "tier": tier}).json


def activity(api: Api, scene: Any, **query: Any) -> Any:
    """List what happened to the referrer."""
    path = f"/customers/{scene['referrer']['customer']}/activity"
    page = api.call("GET", path, query_string=query).json
    assert page is not None
    return page["data"]


@pytest.mark.parametrize(("kind", "unit", "added"), CARDS)
def test_each_referee_earns_the_referrer_a_credit(
    api: Api, client: FlaskClient, kind: str, unit: str, added: str
) -> None:
    """Both rewards are on one card, each with its event, its transaction and one group."""
    scene = play(client, type=kind, amount=300)
    campaign = scene["campaign"]["id"]
    rewarded = activity(api, scene, type="customer.rewarded", campaign_id=campaign)
    additions = {
        each["group_id"]: each["data"]["data"] for each in activity(api, scene, type=added)
    }
    by_referee = {each["data"]["data"]["redemption"]["customer_id"]: each for each in rewarded}
    assert set(by_referee) == {each["customer"] for each in scene["referees"]}
    for referee in scene["referees"]:
        event = by_referee[referee["customer"]]
        data = event["data"]["data"]
        assert data["referral_tier"]["campaign_id"] == campaign
        assert (data["balance"], data["reward"]["type"]) == ({unit: 300}, "CAMPAIGN")
        addition = additions[event["group_id"]]
        assert addition["transaction"]["id"] == referee["tier"]["transaction"]
        assert addition["voucher"]["id"] == referee["tier"]["voucher"]["id"]
    card = api.call("GET", f"/vouchers/{scene['referees'][0]['tier']['voucher']['id']}").json
    assert card is not None
    assert card["holder_id"] == scene["referrer"]["customer"]
    assert (card["gift"] or card["loyalty_card"])["balance"] == 600


def test_a_coupon_is_a_voucher_of_its_own(api: Api, client: FlaskClient) -> None:
    """Each coupon is new, owned by the referrer, named in the reward and can be disabled."""
    scene = play(client, type="DISCOUNT_VOUCHER")
    codes = [each["tier"]["voucher"]["code"] for each in scene["referees"]]
    assert len(set(codes)) == 2
    shown = activity(api, scene, type="customer.rewarded", order="created_at")
    assert [each["data"]["data"]["reward"]["voucher"]["code"] for each in shown] == codes
    done = activity(api, scene, type="customer.reward_redemptions.completed")
    assert len(done) == 2
    off = api.call("POST", f"/vouchers/{codes[0]}/disable").json
    assert off is not None
    assert (off["active"], off["is_referral_code"]) == (False, False)


def test_a_thing_waits_for_a_person(api: Api, client: FlaskClient) -> None:
    """A material reward moves no balance and is pending."""
    scene = play(client, type="MATERIAL")
    data = activity(api, scene, type="customer.rewarded")[0]["data"]["data"]
    assert (data["reward"]["type"], data["balance"]) == ("MATERIAL", None)
    pending = activity(api, scene, type="customer.reward_redemptions.pending")
    assert pending[0]["data"]["data"]["reward_redemption"]["state"] == "PENDING"
    assert scene["referees"][0]["tier"]["transaction"] is None


def test_the_link_to_the_referee_can_be_missing(api: Api, client: FlaskClient) -> None:
    """Left out, nothing in the referrer's rewards names a referee; the state still knows."""
    scene = play(client, type="GIFT_VOUCHER", amount=300, linked=False)
    referees = [each["customer"] for each in scene["referees"]]
    assert not [name for name in referees if name in str(activity(api, scene))]
    state = client.get("/sandbox/state?part=tier_rewards").json
    assert state is not None
    assert [each["referee_id"] for each in state["tier_rewards"]] == referees


def test_a_reward_lies_within_the_assignment(client: FlaskClient) -> None:
    """Even an assignment that ends at once ends after the referrer was rewarded."""
    wanted = {"assigned_minutes_ago": 0, "tier": {"type": "GIFT_VOUCHER", "amount": 300}}
    scene = client.post("/sandbox/scenario", json=wanted).json
    assert scene is not None
    referee = scene["referees"][0]
    client.post("/sandbox/unassign", json={"holder": referee["holder"]})
    state = client.get("/sandbox/state?part=assignments&part=cards").json
    assert state is not None
    ended = state["assignments"][referee["holder"]]["ended_at"]
    [change] = state["cards"][referee["tier"]["voucher"]["id"]]["transactions"]
    assert change["created_at"] < ended


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"category": "EFFECT"}, 4),
        ({"category": "ACTION"}, 1),
        ({"campaign_type": "GIFT_VOUCHERS"}, 2),
        ({"campaign_type": "REFERRAL_PROGRAM", "category": "EFFECT"}, 2),
        ({"type": "customer.rewarded", "limit": 1}, 1),
        ({"end_date": "2020-01-01T00:00:00Z"}, 0),
    ],
)
def test_the_documented_parameters_select(
    api: Api, client: FlaskClient, query: dict[str, Any], count: int
) -> None:
    """Category, campaign, kind and time choose among the referrer's events."""
    scene = play(client, type="GIFT_VOUCHER", amount=300)
    customer = {"metadata": {"vip": True}}
    api.call("PUT", f"/customers/{scene['referrer']['customer']}", json=customer)
    assert len(activity(api, scene, **query)) == count


@pytest.mark.parametrize("order", ["created_at", "-created_at"])
def test_events_come_in_the_order_of_their_time(api: Api, client: FlaskClient, order: str) -> None:
    """What was recorded last but happened first comes first; pages meet without a gap."""
    scene = play(client, type="GIFT_VOUCHER", amount=300)
    older = {
        "code": scene["code"]["code"],
        "tier": {"type": "GIFT_VOUCHER", "amount": 300},
        "assigned_minutes_ago": 9000,
    }
    client.post("/sandbox/scenario", json=older)
    times = [each["created_at"] for each in activity(api, scene, limit=100, order=order)]
    assert times == sorted(times, reverse=order.startswith("-"))
    path = f"/customers/{scene['referrer']['customer']}/activity"
    assert sum(map(len, api.pages(path, limit=2, order=order))) == len(times)


@pytest.mark.parametrize(
    "query", ["type=customer.hugged", "category=BOTH", "campaign_type=NONE", "starting_after_id=x"]
)
def test_other_values_are_refused(api: Api, scene: Any, query: str) -> None:
    """A value that the reference does not list is an error, not an empty list."""
    path = f"/customers/{scene['referrer']['customer']}/activity?{query}"
    assert api.call("GET", path).status_code == 400


@pytest.mark.parametrize("tier", [{"type": "HUG"}, {"type": "MATERIAL", "amuont": 3}])
def test_a_tier_that_is_none_is_refused(client: FlaskClient, tier: dict[str, Any]) -> None:
    """A typo must not make a test pass for nothing."""
    assert client.post("/sandbox/scenario", json={"tier": tier}).status_code == 400

from typing import Any

import pytest

from sandbox.inprocess import InProcess


GIFT = {"type": "GIFT_VOUCHER", "amount": 300}


def rewarded(shop: InProcess, scene: Any) -> list[Any]:
    """List what `customer.rewarded` says of the referrer, oldest first."""
    with shop.client() as client:
        path = f"/v1/customers/{scene['referrer']['customer']}/activity?limit=100&order=created_at"
        happened = client.get(path).json()["data"]
    return [each["data"]["data"] for each in happened if each["type"] == "customer.rewarded"]


def test_a_milestone_is_reached_once(shop: InProcess) -> None:
    """The third referee earns the referrer a reward, the others do not; the books name all."""
    scene = shop.scenario(referees=5, tier={**GIFT, "minimum": 3})
    assert ["tier" in each for each in scene["referees"]] == [False, False, True, False, False]
    [reward] = shop.state("tier_rewards")["tier_rewards"]
    assert list(reward["milestone"]) == [each["customer"] for each in scene["referees"][:3]]
    [event] = rewarded(shop, scene)
    assert event["redemption"]["customer_id"] == scene["referees"][2]["customer"]


def test_a_referee_counts_once_for_a_milestone(shop: InProcess) -> None:
    """Only unique referees count, however often one of them comes back."""
    scene = shop.scenario(referees=1, tier={**GIFT, "minimum": 2})
    [referee] = scene["referees"]
    shop.unassign(referee["holder"])
    again = {"customer": referee["customer"], "code": scene["code"]["code"]}
    assert "tier" not in shop.call("POST", "/assign", again)
    newcomer = shop.call("POST", "/customers", {"source_id": "second"})["id"]
    made = shop.call("POST", "/assign", {**again, "customer": newcomer})
    assert made["tier"]["amount"] == 300


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [("unit", {"amount": 300}), ("null", None), ("both", {"amount": 300, "points": 0})],
)
def test_a_balance_is_shown_in_three_ways(shop: InProcess, shown: str, wanted: Any) -> None:
    """The event's balance may be of one unit, of both, or null."""
    scene = shop.scenario(tier={**GIFT, "balance": shown})
    assert [each["balance"] for each in rewarded(shop, scene)] == [wanted]


@pytest.mark.parametrize("kind", ["GIFT_VOUCHER", "LOYALTY_CARD"])
def test_a_reward_names_the_card_itself(shop: InProcess, kind: str) -> None:
    """Both the event's voucher and the reward's may be the card that the amount is on."""
    habits = {"about": "card", "reward_as": "voucher", "balance": "null"}
    scene = shop.scenario(tier={"type": kind, "amount": 300, **habits})
    [event] = rewarded(shop, scene)
    card = scene["referees"][0]["tier"]["voucher"]["id"]
    assert (event["voucher"]["id"], event["voucher"]["type"]) == (card, kind)
    assert event["reward"]["voucher"]["id"] == card
    assert (event["balance"], event["reward"].get("parameters")) == (None, None)


def test_two_equal_rewards_come_of_one_request(shop: InProcess) -> None:
    """Two tiers give the same amount onto the same card, and only their ids differ."""
    scene = shop.scenario(tier={**GIFT, "times": 2})
    first, second = scene["referees"][0]["tiers"]
    assert first["transaction"] != second["transaction"]
    same = ("amount", "group", "voucher", "type")
    assert [first[each] for each in same] == [second[each] for each in same]
    ids = [each["reward"]["id"] for each in rewarded(shop, scene)]
    assert len(set(ids)) == 2
    card = first["voucher"]["id"]
    reported = shop.state("books")["books"][card]
    assert [(each["why"], each["of"], each["amount"]) for each in reported] == [
        ("tier", scene["referees"][0]["holder"], 300)
    ] * 2


@pytest.mark.parametrize("names", ["both", "customer", "customer_id"])
def test_a_redemption_names_the_referee(shop: InProcess, names: str) -> None:
    """By the customer's id, by the customer, or by both."""
    scene = shop.scenario(tier={**GIFT, "names": names})
    [event] = rewarded(shop, scene)
    redemption, referee = event["redemption"], scene["referees"][0]["customer"]
    found = {"customer", "customer_id"} & redemption.keys()
    assert found == ({"customer", "customer_id"} if names == "both" else {names})
    assert redemption.get("customer_id", referee) == referee
    assert redemption.get("customer", {"id": referee})["id"] == referee


@pytest.mark.parametrize("linked", [True, False])
def test_a_custom_event_names_the_referee(shop: InProcess, linked: bool) -> None:
    """Where a custom event converts, only its customer leads to the referee, if anything does."""
    scene = shop.scenario(tier={**GIFT, "linked": linked}, converts_by="subscribed")
    [event] = rewarded(shop, scene)
    assert event["redemption"] is None
    if linked:
        assert event["custom_event"]["customer"]["id"] == scene["referees"][0]["customer"]
        assert event["custom_event"]["id"] == scene["referees"][0]["custom_event"]
    else:
        assert event["custom_event"] is None


@pytest.mark.parametrize("wrong", [{"balance": "much"}, {"names": "nobody"}, {"sometimes": 1}])
def test_a_habit_that_is_none_is_refused(shop: InProcess, wrong: dict[str, Any]) -> None:
    """A typo makes no test pass for nothing."""
    with pytest.raises(ValueError, match="tier"):
        shop.scenario(tier={**GIFT, **wrong})

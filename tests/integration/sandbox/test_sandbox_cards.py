from datetime import timedelta
from typing import Any

import pytest

from sandbox.clock import stamp
from sandbox.inprocess import InProcess


POINTS = {"type": "LOYALTY_CARD", "amount": 250}
GIFT = {"type": "GIFT_VOUCHER", "amount": 500}


def card_of(shop: InProcess, **wanted: Any) -> str:
    """Play a scenario and name the card of its referee."""
    return str(shop.scenario(**wanted)["referees"][0]["card"]["id"])


def transactions(shop: InProcess, card: str) -> list[dict[str, Any]]:
    """List a card's transactions by the API, oldest first."""
    with shop.client() as client:
        page = client.get(f"/v1/vouchers/{card}/transactions?order=id&limit=100").json()
    return list(page["data"])


def books(shop: InProcess, card: str) -> list[tuple[str, str | None, int]]:
    """Name the cause, its thing and the amount of each change."""
    reported = shop.call("GET", f"/books?card={card}")
    assert reported["balance"] == sum(each["amount"] for each in reported["books"])
    return [(each["why"], each["of"], each["amount"]) for each in reported["books"]]


def test_the_books_say_why_each_amount_was_given(shop: InProcess) -> None:
    """Only the books distinguish own money, the reward of the referral and its lookalike."""
    scene = shop.scenario(lookalike=500)
    referee = scene["referees"][0]
    card = referee["card"]["id"]
    assert books(shop, card) == [
        ("purchase", None, 1000),
        ("assignment", referee["holder"], 500),
        ("lookalike", None, 500),
    ]
    _, reward, alike = transactions(shop, card)
    same = reward.keys() - {"id", "created_at", "details"}
    assert {each: reward[each] for each in same} == {each: alike[each] for each in same}
    assert shop.state("books")["books"][card][0]["why"] == "purchase"


def test_an_earning_rule_shows_its_details(shop: InProcess) -> None:
    """Earned points name the rule, the event and whatever else led to them."""
    card = card_of(shop, reward=POINTS)
    more = {"custom_event": "signed_up", "segment": "Regulars", "loyalty_tier": "Gold"}
    made = shop.call("POST", "/earn", {"card": card, "amount": 40, **more})
    shop.call("POST", "/earn", {"card": card, "amount": 2, "source": None, "order": False})
    first, second = transactions(shop, card)[-2:]
    assert (first["id"], first["type"]) == (made["transaction"], "POINTS_ACCRUAL")
    assert (first["source"], second["source"]) == ("Automation", None)
    details = first["details"]
    assert details["balance"]["points"] == 40
    assert details["earning_rule"].keys() == {"id", "source"}
    assert details["event"]["type"] == "customer.order.paid"
    assert details["custom_event"]["type"] == "signed_up"
    assert (details["segment"]["name"], details["loyalty_tier"]["name"]) == ("Regulars", "Gold")
    assert "order" in details
    assert "order" not in second["details"]
    assert books(shop, card)[2] == ("earning_rule", details["earning_rule"]["id"], 40)


def test_a_gift_card_earns_too(shop: InProcess) -> None:
    """Credits of an earning rule at the very moment of the reward are another addition."""
    scene = shop.scenario()
    card = scene["referees"][0]["card"]["id"]
    moment = transactions(shop, card)[-1]["created_at"]
    shop.call("POST", "/earn", {"card": card, "amount": 500, "source": None, "at": moment})
    reward, earned = transactions(shop, card)[-2:]
    assert reward["created_at"] == earned["created_at"]
    assert (reward["type"], earned["type"]) == ("CREDITS_ADDITION",) * 2
    assert [each[0] for each in books(shop, card)] == ["purchase", "assignment", "earning_rule"]


def test_points_expire(shop: InProcess) -> None:
    """Expired points are gone, counted apart, and not subtracted; credits never expire."""
    card = card_of(shop, reward=POINTS)
    shop.call("POST", "/expire", {"card": card, "amount": 200})
    with shop.client() as client:
        shown = client.get(f"/v1/vouchers/{card}").json()["loyalty_card"]
    assert (shown["points"], shown["expired_points"], shown["subtracted_points"]) == (1250, 200, 0)
    assert shown["balance"] == 1050
    last = transactions(shop, card)[-1]
    assert (last["type"], last["source"]) == ("POINTS_EXPIRATION", "Automation")
    with pytest.raises(ValueError, match="Only points expire"):
        shop.call("POST", "/expire", {"card": card_of(shop), "amount": 1})


def test_points_move_from_card_to_card(shop: InProcess) -> None:
    """What leaves one card arrives on the other, and each names the other's transaction."""
    scene = shop.scenario(reward=POINTS, cards=2)
    customer = scene["referees"][0]["customer"]
    cards = [
        each["id"] for each in shop.state("cards")["cards"].values() if each["customer"] == customer
    ]
    body = {"from": cards[0], "to": cards[1], "amount": 300, "source_id": "move-1"}
    made = shop.call("POST", "/transfer", body)
    assert (made["from"]["balance"], made["to"]["balance"]) == (950, 1300)
    gone, come = (transactions(shop, each)[-1] for each in cards)
    assert (gone["type"], come["type"]) == ("POINTS_TRANSFER_OUT", "POINTS_TRANSFER_IN")
    assert (gone["related_transaction_id"], come["related_transaction_id"]) == (
        made["in"],
        made["out"],
    )
    assert gone["details"]["destination_voucher"]["id"] == cards[1]
    assert come["details"]["source_voucher"]["id"] == cards[0]
    assert books(shop, cards[0])[-1] == ("transfer", cards[1], -300)
    with shop.client() as client:
        happened = client.get(f"/v1/customers/{customer}/activity?limit=100").json()["data"]
    kind = "customer.voucher.loyalty_card.points_transferred"
    [reported] = [each["data"]["data"] for each in happened if each["type"] == kind]
    assert reported["transaction"]["id"] == made["out"]
    with pytest.raises(ValueError, match="exceeded"):
        shop.call("POST", "/transfer", {**body, "amount": 10_000})


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("automatic", ("Automation", None, "AUTOMATIC")),
        ("dashboard", ("voucherify-web-ui", None, "MANUAL")),
        ("api", ("API", "other-program-1", "MANUAL")),
    ],
)
def test_someone_else_takes_something(
    shop: InProcess, how: str, said: tuple[str | None, ...]
) -> None:
    """A removal shows as little of who did it as the reference does."""
    scene = shop.scenario()
    referee = scene["referees"][0]
    card, related = referee["card"]["id"], referee["grant"]["transaction"]
    body = {"card": card, "amount": 500, "how": how, "related": related}
    shop.call("POST", "/remove_by_other", body)
    last = transactions(shop, card)[-1]
    operation = last["details"]["balance"]["operation_type"]
    assert (last["source"], last["source_id"], operation) == said
    assert (last["type"], last["related_transaction_id"]) == ("CREDITS_REMOVAL", related)
    assert books(shop, card)[-1] == ("other_removal", related, -500)
    shop.call("POST", "/remove_by_other", {**body, "source_id": None, "source": None, "amount": 1})
    assert transactions(shop, card)[-1]["source"] is None
    with pytest.raises(ValueError, match="No such way"):
        shop.call("POST", "/remove_by_other", {**body, "how": "magic"})


def test_a_card_is_published_with_its_amount_on_it(shop: InProcess) -> None:
    """The card has a balance that no transaction explains; the books do."""
    scene = shop.scenario(reward={**GIFT, "published": True})
    referee = scene["referees"][0]
    card = referee["card"]["id"]
    assert referee["card"]["balance"] == referee["grant"]["amount"] == 500
    assert referee["grant"]["transaction"] is None
    assert transactions(shop, card) == []
    with shop.client() as client:
        shown = client.get(f"/v1/vouchers/{card}").json()
    assert (shown["gift"]["amount"], shown["gift"]["balance"]) == (500, 500)
    assert books(shop, card) == [("assignment", referee["holder"], 500)]


def test_a_campaign_puts_an_amount_on_each_card(shop: InProcess) -> None:
    """A reward onto a card that is published for it comes on top of what the campaign gives."""
    scene = shop.scenario(own=0)
    campaign = scene["reward_campaign"]
    shop.call("PUT", f"/campaigns/{campaign}", {"card_amount": 300})
    with shop.client() as client:
        shown = client.get(f"/v1/campaigns/{campaign}").json()
    assert shown["voucher"]["gift"] == {"amount": 300}
    referee = shop.scenario(own=0)["referees"][0]
    assert books(shop, referee["card"]["id"]) == [
        ("publication", referee["holder"], 300),
        ("assignment", referee["holder"], 500),
    ]
    assert len(transactions(shop, referee["card"]["id"])) == 1


def test_details_can_hold_anything(shop: InProcess) -> None:
    """What no endpoint names can be put into a transaction's details as it is."""
    card = card_of(shop, reward=POINTS)
    unusual = {"pending_points": {"id": "lopp_1"}, "reward": None}
    shop.call("POST", "/earn", {"card": card, "amount": 1, "details": unusual})
    shop.call(
        "POST", "/top_up", {"card": card, "amount": 1, "details": unusual, "related": "vtx_x"}
    )
    shop.call("POST", "/remove_by_other", {"card": card, "amount": 1, "details": unusual})
    last = transactions(shop, card)[-3:]
    assert all(unusual.items() <= each["details"].items() for each in last)
    assert last[1]["related_transaction_id"] == "vtx_x"


def test_points_are_paid_for_a_reward(shop: InProcess) -> None:
    """The transaction names the reward, the order and the redemption, and no source."""
    card = card_of(shop, reward=POINTS)
    body = {"card": card, "amount": 90, "redemption": True, "reward": "Mug"}
    made = shop.call("POST", "/spend", body)
    last = transactions(shop, card)[-1]
    assert (last["type"], last["source"]) == ("POINTS_REDEMPTION", None)
    assert last["details"]["reward"]["name"] == "Mug"
    assert last["details"]["redemption"]["id"] == made["redemption"]
    assert books(shop, card)[-1] == ("order", made["redemption"], -90)


@pytest.mark.parametrize("kind", ["GIFT_VOUCHER", "LOYALTY_CARD"])
def test_anybody_can_be_given_such_a_card(shop: InProcess, kind: str) -> None:
    """A card with an amount and no transaction can be of any moment."""
    customer = shop.scenario()["referees"][0]["customer"]
    at = stamp(shop.now() - timedelta(days=1))
    made = shop.call(
        "POST", "/publish_card", {"customer": customer, "type": kind, "amount": 70, "at": at}
    )
    assert (made["balance"], made["transactions"]) == (70, [])
    assert books(shop, made["id"]) == [("publication", None, 70)]
    assert shop.violations() == []

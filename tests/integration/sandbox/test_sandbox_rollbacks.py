from typing import Any

import httpx2
import pytest

from sandbox.inprocess import InProcess


GIFT = {"type": "GIFT_VOUCHER", "amount": 300}


def roll_back(shop: InProcess, redemption: str) -> httpx2.Response:
    """Roll a redemption back by the API."""
    with shop.client() as client:
        return client.post(f"/v1/redemptions/{redemption}/rollback", json={})


def transactions(shop: InProcess, card: str) -> list[Any]:
    """List a card's transactions by the API, oldest first."""
    with shop.client() as client:
        return list(client.get(f"/v1/vouchers/{card}/transactions?order=id").json()["data"])


def happened(shop: InProcess, customer: str, kind: str) -> list[Any]:
    """List the data of a customer's events of a type."""
    with shop.client() as client:
        page = client.get(f"/v1/customers/{customer}/activity?limit=100").json()["data"]
    return [each["data"]["data"] for each in page if each["type"] == kind]


@pytest.mark.parametrize(
    ("fault", "applied"), [("multiple_requests", False), ("multiple_requests_applied", True)]
)
def test_one_of_two_rollbacks_at_once_is_refused(
    shop: InProcess, fault: str, applied: bool
) -> None:
    """The one that is refused does not learn whether the other succeeded; the next one does."""
    redemption = shop.scenario()["referees"][0]["redemption"]
    shop.call("PUT", f"/redemptions/{redemption}", {"mishaps": [fault]})
    refused, again = roll_back(shop, redemption), roll_back(shop, redemption)
    assert (refused.status_code, refused.json()["key"]) == (400, "multiple_requests")
    key = again.json().get("key")
    assert (again.status_code, key) == ((400, "already_rolled_back") if applied else (200, None))
    assert shop.violations() == []


def test_a_part_is_not_rolled_back_alone(shop: InProcess) -> None:
    """A redemption with a parent is refused, and stays as it is."""
    redemption = shop.scenario()["referees"][0]["redemption"]
    shop.call("PUT", f"/redemptions/{redemption}", {"parent": "r_parent"})
    refused = roll_back(shop, redemption)
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_redemption_parent")
    assert shop.state("redemptions")["redemptions"][redemption]["rollback"] is None


def test_a_stacked_redemption_is_refused(shop: InProcess) -> None:
    """A redemption that is a stack goes another way."""
    redemption = shop.scenario()["referees"][0]["redemption"]
    shop.call("PUT", f"/redemptions/{redemption}", {"mishaps": ["invalid_redemption"]})
    refused = roll_back(shop, redemption)
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_redemption")


@pytest.mark.parametrize(("fault", "applied"), [("failure", False), ("failure_applied", True)])
def test_a_rollback_can_fail_with_200(shop: InProcess, fault: str, applied: bool) -> None:
    """The status is right, the result says FAILURE, and only the state says what happened."""
    referee = shop.scenario()["referees"][0]
    redemption = referee["redemption"]
    shop.call("PUT", f"/redemptions/{redemption}", {"mishaps": [fault]})
    answer = roll_back(shop, redemption)
    shown = answer.json()
    assert (answer.status_code, shown["result"], shown["status"]) == (200, "FAILURE", "FAILED")
    assert {"failure_code", "failure_message"} <= shown.keys()
    state = shop.state("redemptions")["redemptions"][redemption]
    assert (state["rollback"] is not None) is applied
    kind = "customer.redemption.rollback.failed"
    assert len(happened(shop, referee["customer"], kind)) == 1
    assert roll_back(shop, redemption).status_code == (400 if applied else 200)


def test_a_rollback_stands_in_the_activity(shop: InProcess) -> None:
    """The event names the redemption and its rollback."""
    referee = shop.scenario()["referees"][0]
    shown = roll_back(shop, referee["redemption"]).json()
    [reported] = happened(shop, referee["customer"], "customer.redemption.rollback.succeeded")
    assert reported["redemption"]["id"] == referee["redemption"]
    assert reported["redemption_rollback"]["id"] == shown["id"]


@pytest.mark.parametrize(
    ("whose", "counts"), [("referee", (1, 0)), ("referrer", (0, 1)), ("both", (1, 1))]
)
def test_a_rollback_takes_the_reward_back_itself(
    shop: InProcess, whose: str, counts: tuple[int, int]
) -> None:
    """The removal names the reward's transaction, the activity says that it was rolled back."""
    scene = shop.scenario(tier=GIFT, own=0)
    referee, tier = scene["referees"][0], scene["referees"][0]["tier"]
    shop.call("PUT", f"/campaigns/{scene['campaign']['id']}", {"rollback_reverses": whose})
    assert roll_back(shop, referee["redemption"]).status_code == 200
    kind = "customer.reward_redemptions.rolledback"
    people = (referee["customer"], scene["referrer"]["customer"])
    assert tuple(len(happened(shop, each, kind)) for each in people) == counts
    cards = (referee["card"]["id"], tier["voucher"]["id"])
    given = (referee["grant"]["transaction"], tier["transaction"])
    for card, transaction, count in zip(cards, given, counts, strict=True):
        last = transactions(shop, card)[-1]
        wanted = (
            ("CREDITS_REMOVAL", transaction, None) if count else ("CREDITS_ADDITION", None, None)
        )
        assert (last["type"], last["related_transaction_id"], last["source_id"]) == wanted


def test_a_reward_that_is_spent_is_taken_back_in_part(shop: InProcess) -> None:
    """No more is taken by itself than is there."""
    scene = shop.scenario(own=0, spent=400)
    referee = scene["referees"][0]
    shop.call("PUT", f"/campaigns/{scene['campaign']['id']}", {"rollback_reverses": "both"})
    roll_back(shop, referee["redemption"])
    card = referee["card"]["id"]
    assert [each["details"]["balance"]["amount"] for each in transactions(shop, card)] == [
        500,
        -400,
        -100,
    ]


@pytest.mark.parametrize(
    ("kind", "part"), [("GIFT_VOUCHER", "gift"), ("LOYALTY_CARD", "loyalty_card")]
)
def test_a_rollback_gives_back_what_was_paid_from_a_card(
    shop: InProcess, kind: str, part: str
) -> None:
    """The refund names the redemption and its rollback, and the order that is cancelled."""
    referee = shop.scenario(reward={"type": kind, "amount": 500})["referees"][0]
    card = referee["card"]["id"]
    paid = shop.call("POST", "/spend", {"card": card, "amount": 1200, "redemption": True})
    assert paid["balance"] == 300
    shown = roll_back(shop, paid["redemption"]).json()
    assert shown["amount"] == -1200
    assert list(shown[part].values()) == [-1200]
    used, back = transactions(shop, card)[-2:]
    assert (used["type"][-10:], back["type"][-6:]) == ("REDEMPTION", "REFUND")
    assert (used["source"], back["source"]) == (None, None)
    assert back["details"]["rollback"]["id"] == shown["id"]
    assert back["details"]["redemption"] == used["details"]["redemption"]
    reported = shop.call("GET", f"/books?card={card}")
    assert reported["balance"] == 1500
    assert reported["books"][-1] | {"at": ""} == {
        "transaction": back["id"],
        "type": back["type"],
        "amount": 1200,
        "at": "",
        "why": "refund",
        "of": shown["id"],
    }


def test_a_typo_changes_no_rollback(shop: InProcess) -> None:
    """Neither an unknown fault nor an unknown redemption nor reward is taken."""
    scene = shop.scenario()
    redemption = scene["referees"][0]["redemption"]
    with pytest.raises(ValueError, match="No such mishap"):
        shop.call("PUT", f"/redemptions/{redemption}", {"mishaps": ["bad_luck"]})
    with pytest.raises(ValueError, match="not_found"):
        shop.call("PUT", "/redemptions/r_none", {"mishaps": []})
    path = f"/campaigns/{scene['campaign']['id']}"
    with pytest.raises(ValueError, match="referee"):
        shop.call("PUT", path, {"rollback_reverses": "everybody"})

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.sandbox.kit import Api


@pytest.fixture
def referee(scene: Any) -> Any:
    """The first of the three referees."""
    return scene["referees"][0]


def test_customer_is_found_by_id_and_by_source_id(api: Api, referee: Any) -> None:
    """A customer has two names, and shows which referral brought them."""
    by_id = api.call("GET", f"/customers/{referee['customer']}").json
    assert by_id == api.call("GET", f"/customers/{referee['source_id']}").json
    assert by_id is not None
    assert by_id["referrals"]["total"] == 1
    assert by_id["referrals"]["campaigns"][0]["related_object_id"] == referee["redemption"]


def test_unknown_customer(api: Api) -> None:
    """A customer who was deleted, or never was, is 404."""
    answer = api.call("GET", "/customers/nobody/activity")
    assert (answer.status_code, answer.json and answer.json["resource_type"]) == (404, "customer")


def test_metadata_is_merged(api: Api, referee: Any) -> None:
    """Updating one key of the metadata leaves the others, and every other field, alone."""
    path = f"/customers/{referee['customer']}"
    api.call("PUT", path, json={"metadata": {"tier": "oak", "former_referee": False}})
    after = api.call("PUT", path, json={"metadata": {"former_referee": True}}).json
    assert after is not None
    assert after["metadata"] == {"tier": "oak", "former_referee": True}
    assert after["name"] == referee["name"]


def test_metadata_must_be_an_object(api: Api, referee: Any) -> None:
    """Metadata of another kind is refused."""
    answer = api.call("PUT", f"/customers/{referee['customer']}", json={"metadata": "x"})
    assert answer.status_code == 400


def test_redeemables_hold_card_and_code(api: Api, referee: Any, scene: Any) -> None:
    """A referee owns a card and is a referee of the referrer's code."""
    page = api.call("GET", f"/customers/{referee['customer']}/redeemables?order=id").json
    assert page is not None
    assert page["total"] == 2
    card, code = page["data"]
    assert (card["holder_role"], card["voucher_type"]) == ("OWNER", "GIFT_VOUCHER")
    assert card["redeemable"]["voucher"]["code"] == referee["card"]["code"]
    assert (code["holder_role"], code["id"]) == ("REFEREE", referee["holder"])
    assert code["redeemable_id"] == scene["code"]["id"]


@pytest.mark.parametrize(
    "name",
    ["filters[campaign_id][conditions][$is]", "[filters][campaign_id][conditions][$in][0]"],
)
def test_redeemables_are_filtered(api: Api, referee: Any, scene: Any, name: str) -> None:
    """The card of the reward's campaign is found in either notation."""
    page = api.call(
        "GET",
        f"/customers/{referee['customer']}/redeemables",
        query_string={name: scene["reward_campaign"]},
    ).json
    assert page is not None
    assert page["total"] == 1
    assert page["data"][0]["redeemable_id"] == referee["card"]["id"]


def test_grant_follows_the_assignment(api: Api, referee: Any) -> None:
    """The reward lies on the card a moment after the assignment, with nothing leading back."""
    held = api.call("GET", f"/customers/{referee['customer']}/redeemables?order=-id").json
    page = api.call("GET", f"/vouchers/{referee['card']['id']}/transactions?order=id").json
    assert held is not None
    assert page is not None
    own, grant = page["data"]
    assert grant["id"] == referee["grant"]["transaction"]
    assert (grant["type"], grant["source_id"], grant["reason"]) == ("CREDITS_ADDITION", None, None)
    assert own["created_at"] < held["data"][0]["created_at"] < grant["created_at"]


def test_points_can_be_accrued(api: Api, client: FlaskClient) -> None:
    """The reward can be points, booked under either of the two documented types."""
    reward = {"type": "LOYALTY_CARD", "amount": 40, "transaction": "POINTS_ACCRUAL"}
    seeded = client.post("/sandbox/scenario", json={"reward": reward, "own": 0}).json
    assert seeded is not None
    card = seeded["referees"][0]["card"]
    page = api.call("GET", f"/vouchers/{card['id']}/transactions").json
    assert page is not None
    assert [each["type"] for each in page["data"]] == ["POINTS_ACCRUAL"]
    assert page["data"][0]["details"]["balance"]["points"] == 40


def test_activity_reports_assignment_and_removal(
    api: Api, client: FlaskClient, referee: Any, scene: Any
) -> None:
    """Both ends of an assignment are in the activity, with the event under data.data."""
    client.post("/sandbox/unassign", json={"holder": referee["holder"]})
    path = f"/customers/{referee['customer']}/activity"
    page = api.call("GET", path, query_string={"campaign_id": scene["campaign"]["id"]}).json
    assert page is not None
    removed, assigned = page["data"]
    assert removed["type"] == "customer.holder.assignment.deleted"
    assert assigned["type"] == "customer.holder.assignment.created"
    assert removed["data"]["data"]["holder"]["id"] == referee["holder"]
    since = {"start_date": removed["created_at"], "limit": 1}
    later = api.call("GET", path, query_string=since).json
    assert later is not None
    assert [each["id"] for each in later["data"]] == [removed["id"]]


def test_activity_comes_in_pages(api: Api, referee: Any) -> None:
    """Following starting_after_id shows every event once."""
    path = f"/customers/{referee['customer']}"
    for number in range(5):
        api.call("PUT", path, json={"metadata": {"visits": number}})
    pages = api.pages(f"{path}/activity", limit=3)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({each for page in pages for each in page}) == 7


@pytest.mark.parametrize(
    "query",
    ["type=customer.holder.assignment.deleted", "start_date=yesterday", "start_date=2025-01-01"],
)
def test_activity_refuses_undocumented_parameters(api: Api, referee: Any, query: str) -> None:
    """The assignment types are no values of the type parameter; dates need a time zone."""
    assert api.call("GET", f"/customers/{referee['customer']}/activity?{query}").status_code == 400

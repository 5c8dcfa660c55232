from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.sandbox.kit import Api


@pytest.fixture
def path(scene: Any) -> str:
    """Where the holders of the code are."""
    return f"/referrals/members/{scene['code']['code']}/holders"


def test_holders_are_the_referrer_and_the_referees(api: Api, scene: Any, path: str) -> None:
    """All four are listed, also under the campaign's own path."""
    page = api.call("GET", f"{path}?order=id").json
    assert page is not None
    assert [each["holder_role"] for each in page["data"]] == ["REFERRER"] + ["REFEREE"] * 3
    assert page["total"] == 4
    campaign = scene["campaign"]["id"]
    below = api.call("GET", f"/referrals/{campaign}/members/{scene['code']['id']}/holders?order=id")
    assert below.json == page


def test_holders_of_one_customer(api: Api, scene: Any, path: str) -> None:
    """Asking for one customer shows the one assignment, or none once it is gone."""
    referee = scene["referees"][1]
    query = {"filters[customer_id][conditions][$is]": referee["customer"]}
    page = api.call("GET", path, query_string=query).json
    assert page is not None
    assert [each["id"] for each in page["data"]] == [referee["holder"]]
    assert api.call("DELETE", f"{path}/{referee['holder']}").status_code == 204
    gone = api.call("GET", path, query_string=query).json
    assert gone is not None
    assert (gone["data"], gone["total"]) == ([], 0)


def test_unassigning_leaves_the_perk(api: Api, scene: Any, path: str) -> None:
    """Removing a holder does not touch the card: taking the perk back is another's work."""
    referee = scene["referees"][0]
    api.call("DELETE", f"{path}/{referee['holder']}")
    card = api.call("GET", f"/vouchers/{referee['card']['id']}").json
    assert card is not None
    assert card["gift"]["balance"] == 1500


def test_the_referrer_cannot_be_removed(api: Api, scene: Any, path: str) -> None:
    """The API refuses to remove the referrer; a person at the dashboard may."""
    answer = api.call("DELETE", f"{path}/{scene['referrer']['holder']}")
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["key"] == "forbidden"
    assert answer.json["details"] == "You can not remove Referrer assignment"


@pytest.mark.parametrize(
    ("below", "kind"),
    [
        ("/referrals/members/{code}/holders/rh_none", "redeemable_holder"),
        ("/referrals/members/NO-SUCH/holders/rh_none", "voucher"),
        ("/referrals/camp_none/members/{code}/holders/rh_none", "campaign"),
    ],
)
def test_what_is_missing_is_named(api: Api, scene: Any, below: str, kind: str) -> None:
    """The 404 distinguishes a missing assignment from a missing code or campaign."""
    answer = api.call("DELETE", below.format(code=scene["code"]["code"]))
    assert (answer.status_code, answer.json and answer.json["resource_type"]) == (404, kind)


def test_assigning_pays_the_reward(api: Api, client: FlaskClient, path: str) -> None:
    """A new referee gets a card with the reward if there is none of that campaign yet."""
    customer = client.post("/sandbox/customers", json={"name": "Ilse Harrow"}).json
    assert customer is not None
    answer = api.call("POST", path, json={"holders": [{"id": customer["id"]}]})
    assert answer.status_code == 200
    held = api.call("GET", f"/customers/{customer['id']}/redeemables").json
    assert held is not None
    cards = [each["redeemable"]["voucher"] for each in held["data"]]
    assert [each["gift"]["balance"] for each in cards if each["gift"]] == [500]


def test_assigning_again_makes_a_new_assignment(api: Api, scene: Any, path: str) -> None:
    """A customer who comes back gets another id, and the reward once more onto the same card."""
    referee = scene["referees"][0]
    api.call("DELETE", f"{path}/{referee['holder']}")
    page = api.call("POST", path, json={"holders": [{"source_id": referee["source_id"]}]}).json
    assert page is not None
    assert page["data"][0]["id"] != referee["holder"]
    card = api.call("GET", f"/vouchers/{referee['card']['id']}").json
    assert card is not None
    assert card["gift"]["balance"] == 2000


def test_a_referee_cannot_be_assigned_twice(api: Api, scene: Any, path: str) -> None:
    """The duplicate is a 409 with the key as Voucherify spells it, and no holder is added."""
    people = [{"source_id": "newcomer-1"}, {"id": scene["referees"][0]["customer"]}]
    answer = api.call("POST", path, json={"holders": people})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["key"] == "holder_assignement_duplication"
    page = api.call("GET", path).json
    assert page is not None
    assert page["total"] == 4


def test_the_same_person_twice_in_one_call(api: Api, path: str) -> None:
    """A call that names one customer twice is a 409 too."""
    same = {"holders": [{"source_id": "same"}, {"source_id": "same"}]}
    answer = api.call("POST", path, json=same)
    assert (answer.status_code, answer.json and answer.json["key"]) == (409, "duplicate_found")


@pytest.mark.parametrize(
    "holders", [[], "all", [{}], ["cust_1"], [{"source_id": f"s-{n}"} for n in range(101)]]
)
def test_holders_are_checked(api: Api, path: str, holders: Any) -> None:
    """A call names 1 to 100 customers."""
    answer = api.call("POST", path, json={"holders": holders})
    assert (answer.status_code, answer.json and answer.json["key"]) == (400, "invalid_payload")


def test_a_card_takes_no_referees(api: Api, scene: Any) -> None:
    """Only a referral code can have referees."""
    card = scene["referees"][0]["card"]["code"]
    answer = api.call(
        "POST", f"/referrals/members/{card}/holders", json={"holders": [{"source_id": "x"}]}
    )
    assert (answer.status_code, answer.json and answer.json["key"]) == (400, "not_published")


def test_a_redemption_is_rolled_back_once(api: Api, scene: Any) -> None:
    """Rolling back cancels the order; the second time says that it was done before."""
    redemption = scene["referees"][0]["redemption"]
    first = api.call("POST", f"/redemptions/{redemption}/rollback", json={})
    assert first.json is not None
    assert (first.json["result"], first.json["order"]["status"]) == ("SUCCESS", "CANCELED")
    second = api.call("POST", f"/redemptions/{redemption}/rollback", json={"reason": "again"})
    assert second.status_code == 400
    assert second.json is not None
    assert second.json["key"] == "already_rolled_back"
    assert second.json["resource_id"] == first.json["id"]


def test_a_rollback_needs_a_body_and_a_redemption(api: Api, scene: Any) -> None:
    """The body may be empty but must be there; an unknown redemption is 404."""
    redemption = scene["referees"][0]["redemption"]
    assert api.call("POST", f"/redemptions/{redemption}/rollback").status_code == 400
    assert api.call("POST", "/redemptions/r_none/rollback", json={}).status_code == 404

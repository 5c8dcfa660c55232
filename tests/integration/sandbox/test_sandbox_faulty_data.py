import json
from typing import Any

import pytest

from sandbox.inprocess import InProcess


NULLS = ("customer_id", "holder_role", "campaign_type")


def get(shop: InProcess, path: str) -> Any:
    """Read by the API."""
    with shop.client() as client:
        return client.get(f"/v1{path}").json()


def test_a_holder_has_nulls(shop: InProcess) -> None:
    """Among whole holders of a code one is faulty, and no filter for a customer finds it."""
    scene = shop.scenario()
    code = scene["code"]["code"]
    faulty = shop.call("POST", "/odd_holder", {"code": code})
    page = get(shop, f"/referrals/members/{code}/holders?limit=100")["data"]
    [shown] = [each for each in page if each["id"] == faulty["holder"]]
    assert [shown[each] for each in NULLS] == [None] * 3
    assert sum(each["customer_id"] is None for each in page) == 1
    wanted = f"filters[customer_id][conditions][$is]={faulty['customer']}"
    assert get(shop, f"/referrals/members/{code}/holders?{wanted}")["data"] == []
    assert shop.violations() == []


@pytest.mark.parametrize("nulls", [["holder_role"], ["created_at", "campaign_id"], []])
def test_what_a_customer_holds_has_nulls(shop: InProcess, nulls: list[str]) -> None:
    """The same holder is faulty among a customer's redeemables; its webhook is whole."""
    referee = shop.scenario()["referees"][0]
    shop.call("POST", "/odd_holder", {"holder": referee["holder"], "nulls": nulls})
    page = get(shop, f"/customers/{referee['customer']}/redeemables?limit=100")["data"]
    [shown] = [each for each in page if each["id"] == referee["holder"]]
    assert {name for name, value in shown.items() if value is None} == set(nulls)
    after = "filters[created_at][conditions][$after]=2020-01-01T00:00:00Z"
    found = get(shop, f"/customers/{referee['customer']}/redeemables?{after}")["data"]
    assert (referee["holder"] in {each["id"] for each in found}) is ("created_at" not in nulls)
    [body] = shop.unassign(referee["holder"])
    assert None not in [json.loads(body)["data"]["holder"][each] for each in NULLS]


def test_some_fields_are_never_null(shop: InProcess) -> None:
    """An id is always there; a holder that is none is not found."""
    with pytest.raises(ValueError, match="Never null"):
        shop.call("POST", "/odd_holder", {"holder": "rh_1", "nulls": ["id"]})
    with pytest.raises(ValueError, match="not_found"):
        shop.call("POST", "/odd_holder", {"holder": "rh_none"})


def test_a_webhook_is_of_another_project(shop: InProcess) -> None:
    """The envelope names the project that the options say."""
    referees = shop.scenario(referees=2)["referees"]
    [own] = shop.unassign(referees[0]["holder"])
    shop.call("PUT", "/options", {"project_id": "proj_other"})
    [other] = shop.unassign(referees[1]["holder"])
    projects = [json.loads(each)["project_id"] for each in (own, other)]
    assert projects == ["proj_perkhookSandbox", "proj_other"]


@pytest.mark.parametrize("shape", ["full", "required"])
def test_a_deleted_customer_is_announced(shop: InProcess, shape: str) -> None:
    """With the fields only that are required, nothing in the data says who it was."""
    referee = shop.scenario()["referees"][0]
    shop.call("DELETE", f"/customers/{referee['customer']}", {"deleted_event": shape})
    [body] = shop.webhooks()
    envelope = json.loads(body)
    assert envelope["type"] == "customer.deleted"
    assert envelope["event"]["entity_id"] == referee["customer"]
    shown = envelope["data"]["customer"]
    if shape == "required":
        assert shown.keys() == {"summary", "loyalty", "referrals", "object"}
    else:
        assert shown["id"] == referee["customer"]
        assert shown["source_id"].startswith(f"{referee['source_id']}_deleted")
    other = shop.scenario()["referees"][0]["customer"]
    with pytest.raises(ValueError, match="full or"):
        shop.call("DELETE", f"/customers/{other}", {"deleted_event": "some"})


@pytest.mark.parametrize("announce", [True, False])
def test_a_campaign_is_deleted(shop: InProcess, announce: bool) -> None:
    """Every holder of every code of it ends, and all of it answers 404."""
    scene = shop.scenario(referees=2)
    other = shop.scenario()
    body = {"announce": announce, "deleted_event": True}
    ended = shop.call("DELETE", f"/campaigns/{scene['campaign']['id']}", body)["holders"]
    assert set(ended) == {scene["referrer"]["holder"]} | {
        each["holder"] for each in scene["referees"]
    }
    types = [json.loads(each)["type"] for each in shop.webhooks()]
    removed = ["customer.holder.assignment.deleted"] * (3 if announce else 0)
    assert types == [*removed, "campaign.deleted"]
    code, campaign = scene["code"]["code"], scene["campaign"]["id"]
    gone = (
        f"/campaigns/{campaign}",
        f"/vouchers/{code}",
        f"/referrals/members/{code}/holders",
        f"/referrals/{campaign}/members/{code}/holders",
    )
    with shop.client() as client:
        assert {client.get(f"/v1{each}").status_code for each in gone} == {404}
        path = f"/v1/redemptions/{scene['referees'][0]['redemption']}/rollback"
        assert client.post(path, json={}).status_code == 404
    left = get(shop, "/campaigns?campaign_type=REFERRAL_PROGRAM")["campaigns"]
    assert [each["id"] for each in left] == [other["campaign"]["id"]]
    with pytest.raises(ValueError, match="not_found"):
        shop.call("DELETE", f"/campaigns/{campaign}")
    assert get(shop, f"/customers/{scene['referees'][0]['customer']}")["id"]

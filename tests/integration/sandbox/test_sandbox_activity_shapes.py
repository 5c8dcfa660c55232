from typing import Any

import pytest

from sandbox.inprocess import InProcess


UNASSIGNED = "customer.holder.assignment.deleted"


def activity(shop: InProcess, customer: str, **query: str) -> list[Any]:
    """Read a customer's activity to its end, by pages of three."""
    found: list[Any] = []
    with shop.client() as client:
        while True:
            answer = client.get(
                f"/v1/customers/{customer}/activity", params={"limit": "3", **query}
            )
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["data"]
            if not page["has_more"]:
                return found
            query["starting_after_id"] = page["more_starting_after"]


def removed(shop: InProcess) -> Any:
    """Let a referee be removed without a webhook that arrives."""
    shop.call("PUT", "/webhook", {"lose": 1})
    scene = shop.scenario()
    assert shop.unassign(scene["referees"][0]["holder"]) == []
    return scene


@pytest.mark.parametrize("shape", ["nested", "flat"])
def test_the_data_of_an_activity_has_the_shape_asked_for(shop: InProcess, shape: str) -> None:
    """Nested, the event is beside its source; flat, it is the data itself."""
    scene = removed(shop)
    shop.call("PUT", "/options", {"activity_shape": shape})
    [found] = [
        each
        for each in activity(shop, scene["referees"][0]["customer"])
        if each["type"] == UNASSIGNED
    ]
    data = found["data"]["data"] if shape == "nested" else found["data"]
    assert data["holder"]["id"] == scene["referees"][0]["holder"]
    assert ("event_source" in found["data"]) is (shape == "nested")


@pytest.mark.parametrize("shape", ["round", None])
def test_another_shape_is_refused(shop: InProcess, shape: Any) -> None:
    """A typo would have a test read the usual shape."""
    with pytest.raises(ValueError, match="nested or flat"):
        shop.call("PUT", "/options", {"activity_shape": shape})


@pytest.mark.parametrize("amount", [1, 5])
def test_stray_events_stand_among_the_real_ones(shop: InProcess, amount: int) -> None:
    """So many after each, through all filters, on every page and in the same places each time."""
    scene = removed(shop)
    customer, campaign = scene["referees"][0]["customer"], scene["campaign"]["id"]
    plain = activity(shop, customer, campaign_id=campaign)
    everything = activity(shop, customer)
    shop.call("PUT", "/options", {"activity_noise": amount})
    noisy = activity(shop, customer, campaign_id=campaign)
    assert noisy == activity(shop, customer, campaign_id=campaign)
    ids = [each["id"] for each in noisy]
    assert len(set(ids)) == len(ids) == len(plain) + amount * len(everything)
    real = [each["id"] for each in everything]
    assert [each for each in ids if each in real] == [each["id"] for each in plain]
    assert {each["type"] for each in noisy} - {each["type"] for each in everything}


def test_a_stray_removal_is_of_another_campaign(shop: InProcess) -> None:
    """Its whole body is as a removal's, and names this customer; only the campaign differs."""
    scene = removed(shop)
    shop.call("PUT", "/options", {"activity_noise": 4})
    customer = scene["referees"][0]["customer"]
    removals = [
        each["data"]["data"]["holder"]
        for each in activity(shop, customer, campaign_id=scene["campaign"]["id"])
        if each["type"] == UNASSIGNED
    ]
    assert {each["customer_id"] for each in removals} == {customer}
    own = [each["id"] for each in removals if each["campaign_id"] == scene["campaign"]["id"]]
    assert own == [scene["referees"][0]["holder"]]
    assert len({each["id"] for each in removals}) == len(removals) > 2

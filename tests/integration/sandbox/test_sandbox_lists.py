from datetime import datetime
from typing import Any

import pytest

from sandbox.inprocess import InProcess


def get(shop: InProcess, path: str, **query: str) -> Any:
    """Ask the API."""
    with shop.client() as client:
        answer = client.get(f"/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(shop: InProcess, path: str, **query: str) -> tuple[int, str]:
    """Ask the API for what it does not give."""
    with shop.client() as client:
        answer = client.get(f"/v1{path}", params=query)
    return answer.status_code, answer.json()["key"]


@pytest.fixture
def made(shop: InProcess) -> Any:
    """Twelve codes of one campaign, a second apart, beside the codes of another."""
    shop.scenario(referees=2)
    return shop.call("POST", "/codes", {"codes": 12, "referees": 1})


@pytest.mark.parametrize("order", ["created_at", "-created_at", "code", "-code", "-updated_at"])
def test_the_pages_of_a_campaign_hold_each_code_once(
    shop: InProcess, made: Any, order: str
) -> None:
    """Five, five and two; together all codes of the campaign in the order that was asked for."""
    query = {"campaign_id": made["campaign"], "limit": "5", "order": order}
    pages = [get(shop, "/vouchers", page=str(page), **query) for page in (1, 2, 3, 4)]
    assert [len(each["vouchers"]) for each in pages] == [5, 5, 2, 0]
    assert {each["total"] for each in pages} == {12}
    assert {each["data_ref"] for each in pages} == {"vouchers"}
    found = [each for page in pages for each in page["vouchers"]]
    assert {each["id"] for each in found} == {each["id"] for each in made["codes"]}
    values = [each[order.removeprefix("-")] for each in found]
    assert values == sorted(values, reverse=order.startswith("-"))
    assert {each["campaign_id"] for each in found} == {made["campaign"]}


@pytest.mark.parametrize("names", ["created_at[{}]", "[created_at][{}]"])
def test_a_window_has_its_ends_outside(shop: InProcess, made: Any, names: str) -> None:
    """What was created at the very moment of an end is in neither of two windows that touch."""
    query = {"campaign_id": made["campaign"], "order": "created_at"}
    ids = [each["id"] for each in made["codes"]]
    middle = get(shop, "/vouchers", **query, limit="100")["vouchers"][5]["created_at"]
    earlier = get(shop, "/vouchers", **query, **{names.format("before"): middle})
    later = get(shop, "/vouchers", **query, **{names.format("after"): middle}, limit="3")
    assert [each["id"] for each in earlier["vouchers"]] == ids[:5]
    assert ([each["id"] for each in later["vouchers"]], later["total"]) == (ids[6:9], 6)
    inside = {names.format("after"): middle, names.format("before"): middle}
    assert get(shop, "/vouchers", **query, **inside)["total"] == 0


def test_without_a_campaign_all_vouchers_are_listed(shop: InProcess, made: Any) -> None:
    """Cards too, the newest first."""
    page = get(shop, "/vouchers", limit="100")
    kinds = {each["type"] for each in page["vouchers"]}
    assert kinds == {"DISCOUNT_VOUCHER", "GIFT_VOUCHER"}
    assert page["total"] == len(page["vouchers"]) == 12 + 12 + 1 + 2
    moments = [datetime.fromisoformat(each["created_at"]) for each in page["vouchers"]]
    assert moments == sorted(moments, reverse=True)
    assert made["codes"]


def test_a_deleted_code_is_in_no_list(shop: InProcess, made: Any) -> None:
    """Neither in the list nor in the count."""
    shop.call("DELETE", f"/vouchers/{made['codes'][3]['code']}", {})
    page = get(shop, "/vouchers", campaign_id=made["campaign"], limit="100")
    assert (page["total"], len(page["vouchers"])) == (11, 11)
    assert made["codes"][3]["id"] not in {each["id"] for each in page["vouchers"]}


@pytest.mark.parametrize(
    ("path", "query", "key"),
    [
        ("/vouchers", {"page": "100"}, "page_over_limit"),
        ("/campaigns", {"page": "101"}, "page_over_limit"),
        ("/vouchers", {"page": "0"}, "invalid_query_params"),
        ("/vouchers", {"limit": "101"}, "invalid_query_params"),
        ("/vouchers", {"order": "id"}, "invalid_query_params"),
        ("/campaigns", {"order": "code"}, "invalid_query_params"),
        ("/campaigns", {"campaign_type": "REFERRALS"}, "invalid_query_params"),
        ("/vouchers", {"created_at[after]": "yesterday"}, "invalid_query_params"),
        ("/vouchers", {"created_at[after]": "2024-01-02T03:04:05"}, "invalid_query_params"),
        ("/vouchers", {"created_at[since]": "2024-01-02T03:04:05Z"}, "invalid_query_params"),
        ("/vouchers", {"starting_after_id": "v_1"}, "invalid_query_params"),
    ],
)
def test_what_no_list_takes_is_refused_and_noted(
    shop: InProcess, path: str, query: dict[str, str], key: str
) -> None:
    """A page too far on, an order or a date that is none: 400, and a violation."""
    assert refused(shop, path, **query) == (400, key)
    assert [each["rule"] for each in shop.violations()] == ["query"]


@pytest.mark.parametrize(("page", "key"), [("99", None), ("100", "page_over_limit")])
def test_the_last_page_of_vouchers_is_the_99th(shop: InProcess, page: str, key: str | None) -> None:
    """More than 9,900 codes cannot be read without windows of time."""
    with shop.client() as client:
        answer = client.get("/v1/vouchers", params={"limit": "100", "page": page})
    assert (answer.status_code, answer.json().get("key")) == (400 if key else 200, key)


def test_campaigns_are_listed_by_type(shop: InProcess, made: Any) -> None:
    """Referral programmes apart from the campaigns of cards, each with its count of codes."""
    referrals = get(shop, "/campaigns", campaign_type="REFERRAL_PROGRAM", order="created_at")
    assert referrals["total"] == len(referrals["campaigns"]) == 2
    assert [each["vouchers_count"] for each in referrals["campaigns"]] == [1, 12]
    assert referrals["campaigns"][1]["id"] == made["campaign"]
    everything = get(shop, "/campaigns", limit="1", page="2")
    assert (everything["total"], len(everything["campaigns"])) == (3, 1)


def test_a_campaign_is_shown_as_the_rest_api_does(shop: InProcess, made: Any) -> None:
    """Unlike in a webhook its reward is there, and the amount is a number."""
    campaign = get(shop, f"/campaigns/{made['campaign']}")
    assert campaign["campaign_type"] == "REFERRAL_PROGRAM"
    assert campaign["referral_program"]["referee_reward"]["amount"] == 500
    assert refused(shop, "/campaigns/camp_none") == (404, "not_found")
    assert shop.violations() == []

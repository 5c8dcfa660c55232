import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.unit.worker.build import job
from tests.unit.worker.voucherify.answering import api_of, missing, page
from worker.errors import JobError, PermanentError, RetryableError
from worker.voucherify.rest import VoucherifyApi


Call = Callable[[VoucherifyApi], Any]

LIST = {"limit": "100", "order": "-id"}


@pytest.mark.parametrize(
    ("call", "method", "path", "query", "body"),
    [
        (
            lambda api: api.holders("v_1", "cust_1", job()),
            "GET",
            "/v1/referrals/members/v_1/holders",
            LIST | {"filters[customer_id][conditions][$is]": "cust_1"},
            None,
        ),
        (
            lambda api: api.redeemables("cust_1", job()),
            "GET",
            "/v1/customers/cust_1/redeemables",
            LIST,
            None,
        ),
        (
            lambda api: api.transactions("v_1", job()),
            "GET",
            "/v1/vouchers/v_1/transactions",
            LIST,
            None,
        ),
        (
            lambda api: api.activity("cust_1", "2025-02-11T17:40:00+00:00", job()),
            "GET",
            "/v1/customers/cust_1/activity",
            {
                "limit": "100",
                "order": "-created_at",
                "start_date": "2025-02-11T17:40:00+00:00",
            },
            None,
        ),
        (lambda api: api.campaign("camp_1", job()), "GET", "/v1/campaigns/camp_1", {}, None),
        (lambda api: api.voucher("v_1", job()), "GET", "/v1/vouchers/v_1", {}, None),
        (lambda api: api.customer("cust_1", job()), "GET", "/v1/customers/cust_1", {}, None),
        (
            lambda api: api.change_balance("v_1", -5, "rvk:rh:gift_credits", "why", job()),
            "POST",
            "/v1/vouchers/v_1/balance",
            {},
            {"amount": -5, "source_id": "rvk:rh:gift_credits", "reason": "why"},
        ),
        (lambda api: api.disable("v_1", job()), "POST", "/v1/vouchers/v_1/disable", {}, None),
        (lambda api: api.enable("v_1", job()), "POST", "/v1/vouchers/v_1/enable", {}, None),
        (
            lambda api: api.roll_back("r_1", "why", job()),
            "POST",
            "/v1/redemptions/r_1/rollback",
            {},
            {"reason": "why"},
        ),
        (
            lambda api: api.set_metadata("cust_1", {"a": 1}, job()),
            "PUT",
            "/v1/customers/cust_1",
            {},
            {"metadata": {"a": 1}},
        ),
    ],
)
def test_each_call_is_exactly_the_documented_one(
    call: Call, method: str, path: str, query: dict[str, str], body: Any
) -> None:
    """Method, path, query and body of every call, and none sends a body that it need not."""
    api, transport = api_of(httpx2.Response(200, json={}))

    with contextlib.suppress(JobError):
        call(api)

    (request,) = transport.requests
    assert (request.method, request.url.path) == (method, path)
    assert dict(request.url.params) == query
    assert (json.loads(request.content) if request.content else None) == body


def test_no_call_deletes_and_none_touches_assignments() -> None:
    """What causes our event, or cannot be undone, is not among the calls."""
    names = {name for name in dir(VoucherifyApi) if not name.startswith("_")}

    assert names == {
        *("holders", "redeemables", "transactions", "activity", "voucher", "customer", "campaign"),
        *("change_balance", "disable", "enable", "roll_back", "set_metadata", "close"),
    }


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, json={}),
        httpx2.Response(200, json={"data": None}),
        httpx2.Response(200, json={"object": "voucher", "data": []}),
        httpx2.Response(200, json={"data": {"id": "vtx"}}),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, text="<html>welcome</html>"),
        httpx2.Response(200, content=b"\xff"),
        httpx2.Response(204),
        page("a", has_more=True, more_starting_after=7),
        httpx2.Response(200, json={"data": [], "has_more": True}),
        httpx2.Response(200, json={"data": [{}], "has_more": True}),
    ],
)
def test_an_answer_that_is_no_list_is_not_read_as_an_empty_one(answer: httpx2.Response) -> None:
    """A proxy's page or a list cut short must not read as "nothing was given"."""
    api, _ = api_of(answer)

    with pytest.raises(RetryableError) as caught:
        list(api.transactions("v", job()) or ())

    assert caught.value.reason == "voucherify_unreadable"
    assert caught.value.outage


def test_a_list_of_what_does_not_exist_is_none() -> None:
    """A card that is gone differs from one without transactions."""
    api, _ = api_of(missing("voucher", "v"))
    there, _ = api_of(page())

    assert api.transactions("v", job()) is None
    assert list(there.transactions("v", job()) or "none") == []


def test_a_list_that_vanishes_between_its_pages_is_not_a_whole_one() -> None:
    """A 404 to the second page ends as an error and not as the end of the list."""
    api, _ = api_of(page("a", has_more=True), missing("voucher", "v"))

    with pytest.raises(RetryableError):
        list(api.transactions("v", job()) or ())


def test_a_list_whose_pages_do_not_continue_ends_as_an_error() -> None:
    """A cursor that leads to itself neither loops forever nor ends the list in silence."""
    api, transport = api_of(page("a", has_more=True))

    with pytest.raises(RetryableError):
        list(api.transactions("v", job()) or ())

    assert len(transport.requests) == 2


def test_pages_continue_by_the_cursor_or_else_by_the_last_id() -> None:
    """Both kinds of list are walked to their end, a hundred at a time, the filter on each page."""
    api, transport = api_of(
        page("a", has_more=True, more_starting_after="A"),
        page("b", has_more=True),
        page("c", has_more=False),
    )

    found = api.holders("v", "cust_1", job()) or ()

    assert [each["id"] for each in found] == ["a", "b", "c"]
    queries = [dict(request.url.params) for request in transport.requests]
    assert [query.get("starting_after_id") for query in queries] == [None, "A", "b"]
    assert {query["limit"] for query in queries} == {"100"}
    assert {query["filters[customer_id][conditions][$is]"] for query in queries} == {"cust_1"}


def test_what_is_no_object_in_a_list_is_passed_over() -> None:
    """A null among the items is no reason to stop."""
    api, _ = api_of(httpx2.Response(200, json={"data": [None, {"id": "a"}, 7, []]}))

    assert list(api.redeemables("c", job()) or ()) == [{"id": "a"}]


@pytest.mark.parametrize(
    ("holder", "path"),
    [
        ("cust_1", "/v1/customers/cust_1/redeemables"),
        ("a/b", "/v1/customers/a%2Fb/redeemables"),
        ("../vouchers", "/v1/customers/..%2Fvouchers/redeemables"),
        ("..", "/v1/customers/%2E%2E/redeemables"),
        (".", "/v1/customers/%2E/redeemables"),
        ("a?b#c", "/v1/customers/a%3Fb%23c/redeemables"),
        ("a%2Fb", "/v1/customers/a%252Fb/redeemables"),
        ("a\r\nb", "/v1/customers/a%0D%0Ab/redeemables"),
        ("zoë", "/v1/customers/zo%C3%AB/redeemables"),
    ],
)
def test_an_id_is_one_step_of_the_path(holder: str, path: str) -> None:
    """No id leads to another address, whatever is in it."""
    api, transport = api_of(page())

    api.redeemables(holder, job())

    assert transport.requests[0].url.raw_path.decode().partition("?")[0] == path


def test_an_endless_id_is_not_asked_for() -> None:
    """An id that no address can hold fails permanently instead of as an accident."""
    api, transport = api_of(page())

    with pytest.raises(PermanentError) as caught:
        api.redeemables("x" * 100_000, job())

    assert caught.value.reason == "voucherify_impossible_id"
    assert transport.requests == []

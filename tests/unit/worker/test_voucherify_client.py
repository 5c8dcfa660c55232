import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.unit.worker.build import Answers, client, job
from worker.errors import JobError, PermanentError, RetryableError
from worker.outgoing import LONGEST_WAIT_SECONDS
from worker.perks.voucherify.client import (
    UNKNOWN_OUTCOME_WAIT_SECONDS,
    VoucherifyClient,
)


NOW = datetime(2025, 3, 4, 12, 0, 0, tzinfo=UTC)


def _api(*answers: httpx.Response | Exception) -> tuple[VoucherifyClient, Answers]:
    transport = Answers(*answers)
    api = VoucherifyClient(
        "https://api.example.test", "id-1", "token-1", client=client(transport), clock=lambda: NOW
    )
    return api, transport


def _page(*ids: str, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"id": each} for each in ids], **more})


def _take(api: VoucherifyClient) -> None:
    api.change_balance("v", -5, source_id="rvk:rh:B", reason="referral revoked", job=job())


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={}),
        httpx.Response(200, json={"data": None}),
        httpx.Response(200, json={"data": {"id": "vtx"}}),
        httpx.Response(200, json=[]),
        httpx.Response(200, text="<html>welcome</html>"),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(204),
        _page("a", has_more=True, more_starting_after=7),
        httpx.Response(200, json={"data": [], "has_more": True}),
        httpx.Response(200, json={"data": [{}], "has_more": True}),
    ],
)
def test_an_answer_that_is_no_list_is_not_read_as_an_empty_one(answer: httpx.Response) -> None:
    """A proxy's page or a list cut short must not read as "nothing was given"."""
    api, _ = _api(answer)

    with pytest.raises(RetryableError) as caught:
        list(api.transactions("v", job()))

    assert caught.value.reason == "voucherify_unreadable"


def test_a_list_whose_pages_do_not_go_on_ends_as_an_error() -> None:
    """A cursor that leads to itself neither loops for ever nor ends the list in silence."""
    api, transport = _api(_page("a", has_more=True))

    with pytest.raises(RetryableError):
        list(api.transactions("v", job()))

    assert len(transport.requests) == 2


def test_pages_go_on_by_the_told_cursor_or_else_by_the_last_id() -> None:
    """Both kinds of list are walked to their end, a hundred at a time."""
    api, transport = _api(
        _page("a", has_more=True, more_starting_after="A"),
        _page("b", has_more=True),
        _page("c", has_more=False),
    )

    assert [each["id"] for each in api.transactions("v", job())] == ["a", "b", "c"]

    queries = [dict(request.url.params) for request in transport.requests]
    assert [query.get("starting_after_id") for query in queries] == [None, "A", "b"]
    assert {query["limit"] for query in queries} == {"100"}


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
    api, transport = _api(_page())

    list(api.customer_redeemables(holder, job()))

    assert transport.requests[0].url.raw_path.decode().partition("?")[0] == path


def test_an_endless_id_is_not_asked_for() -> None:
    """An id that no address can hold fails for good instead of as an accident."""
    api, transport = _api(_page())

    with pytest.raises(PermanentError) as caught:
        list(api.customer_redeemables("x" * 100_000, job()))

    assert caught.value.reason == "voucherify_impossible_id"
    assert transport.requests == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30.0),
        ({"X-Rate-Limit-Retry": str(int(NOW.timestamp()) + 45)}, 45.0),
        ({"X-Rate-Limit-Retry": str(int(NOW.timestamp()) - 45)}, 0.0),
        ({"Retry-After": "30", "X-Rate-Limit-Retry": "1"}, 30.0),
        ({"X-Rate-Limit-Retry": "99999999999"}, LONGEST_WAIT_SECONDS),
        ({"X-Rate-Limit-Retry": "1741089600000"}, None),  # milliseconds: not what is documented
        ({"X-Rate-Limit-Retry": "soon"}, None),
        ({}, None),
    ],
)
def test_the_rate_limits_headers_say_how_long_to_wait(
    headers: dict[str, str], seconds: float | None
) -> None:
    """Retry-After goes before the epoch seconds, and neither makes a job wait for years."""
    api, _ = _api(httpx.Response(429, headers=headers))

    with pytest.raises(RetryableError) as caught:
        api.voucher("v", job())

    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("answer", "reason", "permanent"),
    [
        (httpx.ConnectError("x"), "voucherify_unreachable", False),
        (httpx.ConnectTimeout("x"), "voucherify_timeout", False),
        (httpx.ReadTimeout("x"), "voucherify_unknown_outcome", False),
        (httpx.WriteError("x"), "voucherify_unknown_outcome", False),
        (httpx.RemoteProtocolError("x"), "voucherify_unknown_outcome", False),
        (httpx.DecodingError("x"), "voucherify_unknown_outcome", False),
        (httpx.Response(500), "voucherify_unknown_outcome", False),
        (httpx.Response(504), "voucherify_unknown_outcome", False),
        (httpx.Response(401), "voucherify_answered_401", False),
        (httpx.Response(402), "voucherify_answered_402", False),
        (httpx.Response(403), "voucherify_answered_403", False),
        (httpx.Response(408), "voucherify_answered_408", False),
        (httpx.Response(429), "voucherify_answered_429", False),
        (httpx.Response(302), "voucherify_answered_302", True),
        (httpx.Response(400), "voucherify_answered_400", True),
        (httpx.Response(404), "voucherify_answered_404", True),
        (httpx.Response(409), "voucherify_answered_409", True),
        (httpx.Response(423), "voucherify_answered_423", True),
    ],
)
def test_a_balance_change_is_sent_once_and_its_end_is_told(
    answer: httpx.Response | Exception, reason: str, permanent: bool
) -> None:
    """Each end of the one POST that must not be repeated has its reason and kind."""
    api, transport = _api(answer)

    with pytest.raises(JobError) as caught:
        _take(api)

    assert caught.value.reason == reason
    assert isinstance(caught.value, PermanentError) == permanent
    assert len(transport.requests) == 1
    if reason == "voucherify_unknown_outcome":
        assert isinstance(caught.value, RetryableError)
        assert caught.value.retry_after_seconds == UNKNOWN_OUTCOME_WAIT_SECONDS


@pytest.mark.parametrize("content", [b"", b"not json", b'{"amount": 1.5}', b"[" * 100_000])
def test_the_answer_to_a_balance_change_need_not_be_readable(content: bytes) -> None:
    """After a 2xx the change is made, whatever its body looks like."""
    api, _ = _api(httpx.Response(200, content=content))

    _take(api)


def test_a_balance_change_is_exactly_the_documented_call() -> None:
    """Path, headers and a body of amount, source_id and reason, and no more."""
    api, transport = _api(httpx.Response(200))

    _take(api)

    (request,) = transport.requests
    assert (request.method, request.url.path) == ("POST", "/v1/vouchers/v/balance")
    assert json.loads(request.content) == {
        "amount": -5,
        "source_id": "rvk:rh:B",
        "reason": "referral revoked",
    }
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-app-id"] == "id-1"
    assert request.headers["x-app-token"] == "token-1"
    assert request.headers["x-voucherify-api-version"] == "v2018-08-01"


def test_no_balance_change_is_begun_late() -> None:
    """With too little of the lease left nothing is sent, so no other run can overtake it."""
    api, transport = _api(httpx.Response(200))

    with pytest.raises(RetryableError) as caught:
        api.change_balance("v", -5, source_id="s", reason="r", job=job(5))

    assert caught.value.reason == "out_of_time"
    assert transport.requests == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"key": "not_found", "details": "Cannot find voucher with id Ada"}, " (not_found)"),
        ({"key": "Ada Quill"}, ""),
        ({"key": "x" * 61}, ""),
        ({"key": 7}, ""),
        (["key"], ""),
    ],
)
def test_an_errors_slug_is_told_and_its_details_are_not(body: Any, told: str) -> None:
    """Only a slug of Voucherify's answer reaches operators."""
    api, _ = _api(httpx.Response(404, json=body))

    with pytest.raises(PermanentError) as caught:
        api.voucher("v", job())

    assert str(caught.value) == f"voucherify answered 404{told}"

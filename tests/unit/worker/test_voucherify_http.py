import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.unit.worker.build import Answers, client, job
from worker.errors import JobError, PermanentError, RetryableError
from worker.perks.voucherify.http import (
    VoucherifyHttp,
)
from worker.revocation.client import Answer
from worker.services import Job


NOW = datetime(2025, 3, 4, 12, 0, 0, tzinfo=UTC)
OUTAGE, PAUSE, FINAL = "outage", "pause", "final"


def _http(*answers: httpx.Response | Exception) -> tuple[VoucherifyHttp, Answers]:
    transport = Answers(*answers)
    made = VoucherifyHttp(
        "https://api.example.test/", "id-1", "token-1", client=client(transport), clock=lambda: NOW
    )
    return made, transport


def _kind(error: JobError) -> str:
    if isinstance(error, PermanentError):
        return FINAL
    assert isinstance(error, RetryableError)
    return PAUSE if error.pause_seconds is not None else OUTAGE if error.outage else "retry"


def _send(http: VoucherifyHttp, call: str, given: Job | None = None) -> None:
    if call == "read":
        http.read("/v1/x", {}, given or job())
    else:
        http.change("POST", "/v1/x", {"amount": -5}, given or job())


#: What any call ends as where the answer decides it alone; voucherify.md says it in a table.
REFUSALS = [
    (httpx.ConnectError("x"), "voucherify_unreachable", OUTAGE),
    (httpx.ConnectTimeout("x"), "voucherify_timeout", OUTAGE),
    (httpx.PoolTimeout("x"), "voucherify_timeout", OUTAGE),
    (httpx.Response(400), "voucherify_answered_400", FINAL),
    (httpx.Response(401), "voucherify_answered_401", PAUSE),
    (httpx.Response(402), "voucherify_answered_402", PAUSE),
    (httpx.Response(403), "voucherify_answered_403", PAUSE),
    (httpx.Response(405), "voucherify_answered_405", FINAL),
    (httpx.Response(409), "voucherify_answered_409", FINAL),
    (httpx.Response(413), "voucherify_answered_413", FINAL),
    (httpx.Response(423), "voucherify_answered_423", FINAL),
    (httpx.Response(429), "voucherify_answered_429", PAUSE),
    (httpx.Response(302, headers={"Location": "/x"}), "voucherify_answered_302", FINAL),
    (httpx.Response(307, headers={"Location": "/x"}), "voucherify_answered_307", FINAL),
]


@pytest.mark.parametrize(("answer", "reason", "kind"), REFUSALS)
@pytest.mark.parametrize("call", ["read", "change"])
def test_each_refusal_has_its_reason_and_its_kind(
    answer: httpx.Response | Exception, reason: str, kind: str, call: str
) -> None:
    """Semantic errors are final, keys and limits pause everybody, and nothing is sent twice."""
    http, transport = _http(answer)

    with pytest.raises(JobError) as caught:
        _send(http, call)

    assert (caught.value.reason, _kind(caught.value)) == (reason, kind)
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (httpx.Response(200, json={}), Answer.APPLIED),
        (httpx.Response(200, json={"amount": 1.5, "new": []}), Answer.APPLIED),
        (httpx.Response(201, json={"id": "x"}), Answer.APPLIED),
        # What is no object may come from something in between, that never asked Voucherify.
        (httpx.Response(200), Answer.UNKNOWN),
        (httpx.Response(204), Answer.UNKNOWN),
        (httpx.Response(200, text="<html>welcome</html>"), Answer.UNKNOWN),
        (httpx.Response(200, content=b"\xff"), Answer.UNKNOWN),
        (httpx.Response(200, json=[]), Answer.UNKNOWN),
        (httpx.Response(200, content=b"[" * 100_000), Answer.UNKNOWN),
        (httpx.Response(500), Answer.UNKNOWN),
        (httpx.Response(502), Answer.UNKNOWN),
        (httpx.Response(503, headers={"Retry-After": "9"}), Answer.UNKNOWN),
        (httpx.Response(504), Answer.UNKNOWN),
        (httpx.Response(520), Answer.UNKNOWN),
        (httpx.Response(408), Answer.UNKNOWN),
        (httpx.ReadTimeout("x"), Answer.UNKNOWN),
        (httpx.WriteTimeout("x"), Answer.UNKNOWN),
        (httpx.ReadError("x"), Answer.UNKNOWN),
        (httpx.WriteError("x"), Answer.UNKNOWN),
        (httpx.CloseError("x"), Answer.UNKNOWN),
        (httpx.RemoteProtocolError("x"), Answer.UNKNOWN),
        (httpx.DecodingError("x"), Answer.UNKNOWN),
        (httpx.Response(404), Answer.NOT_FOUND),
        (httpx.Response(404, json={"code": 404, "key": "not_found"}), Answer.NOT_FOUND),
        (httpx.Response(400, json={"key": "already_rolled_back"}), Answer.ALREADY),
        (httpx.Response(400, json={"key": "gift_amount_exceeded"}), Answer.EXCEEDED),
        (httpx.Response(400, json={"key": "loyalty_card_points_exceeded"}), Answer.EXCEEDED),
    ],
)
def test_a_change_is_sent_once_and_its_end_is_told(
    answer: httpx.Response | Exception, wanted: Answer
) -> None:
    """What may have been applied is never an error, and what is unknown is never repeated."""
    http, transport = _http(answer)

    assert http.change("POST", "/v1/x", {"amount": -5}, job()) is wanted
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(200), "voucherify_unreadable"),
        (httpx.Response(204), "voucherify_unreadable"),
        (httpx.Response(200, text="<html>welcome</html>"), "voucherify_unreadable"),
        (httpx.Response(200, content=b"[" * 100_000), "voucherify_unreadable"),
        (httpx.Response(200, json=[]), "voucherify_unreadable"),
        (httpx.Response(408), "voucherify_answered_408"),
        (httpx.Response(500), "voucherify_answered_500"),
        (httpx.Response(503), "voucherify_answered_503"),
        (httpx.ReadTimeout("x"), "voucherify_timeout"),
        (httpx.RemoteProtocolError("x"), "voucherify_unreachable"),
        (httpx.DecodingError("x"), "voucherify_unreachable"),
    ],
)
def test_a_reading_that_fails_is_the_downstreams_outage(
    answer: httpx.Response | Exception, reason: str
) -> None:
    """A proxy's page or a broken answer is tried again, and counts against the downstream."""
    http, _ = _http(answer)

    with pytest.raises(RetryableError) as caught:
        http.read("/v1/x", {}, job())

    assert (caught.value.reason, _kind(caught.value)) == (reason, OUTAGE)


def test_what_does_not_exist_is_none() -> None:
    """A 404 to a reading is an answer, not an error."""
    http, _ = _http(httpx.Response(404, json={"key": "not_found"}))

    assert http.read("/v1/x", {}, job()) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"key": "invalid_payload", "details": "Cannot find voucher of Ada"}, " (invalid_payload)"),
        ({"key": "Ada Quill"}, ""),
        ({"key": "x" * 61}, ""),
        ({"key": 7}, ""),
        (["key"], ""),
    ],
)
def test_an_errors_slug_is_told_and_its_details_are_not(body: Any, told: str) -> None:
    """Only a slug of Voucherify's answer reaches operators."""
    http, _ = _http(httpx.Response(400, json=body))

    with pytest.raises(PermanentError) as caught:
        http.read("/v1/x", {}, job())

    assert str(caught.value) == f"voucherify answered 400{told}"


def test_an_error_body_that_cannot_be_read_is_no_accident() -> None:
    """An endlessly nested error is an error like any other."""
    http, _ = _http(httpx.Response(400, content=b"[" * 100_000))

    with pytest.raises(PermanentError, match=r"^voucherify answered 400$"):
        http.change("POST", "/v1/x", {}, job())


def test_keys_and_version_go_with_every_call_and_json_only_with_a_body() -> None:
    """A call without a body has no content type, as the API reference shows it."""
    http, transport = _http(httpx.Response(200, json={}))

    http.read("/v1/x", {"limit": 1}, job())
    http.change("POST", "/v1/x/disable", None, job())
    http.change("POST", "/v1/x", {"reason": "ä"}, job())

    for request in transport.requests:
        assert request.headers["x-app-id"] == "id-1"
        assert request.headers["x-app-token"] == "token-1"
        assert request.headers["x-voucherify-api-version"] == "v2018-08-01"
    get, bare, full = transport.requests
    assert "content-type" not in get.headers
    assert str(get.url) == "https://api.example.test/v1/x?limit=1"
    assert "content-type" not in bare.headers
    assert bare.content == b""
    assert full.headers["content-type"] == "application/json"
    assert json.loads(full.content) == {"reason": "ä"}

import json
from typing import Any

import httpx2
import pytest

from tests.unit.worker.build import job
from tests.unit.worker.voucherify.answering import (
    CHANGE,
    FINAL,
    OUTAGE,
    PAUSE,
    READ,
    RETRY,
    error,
    http_of,
    kind_of,
    missing,
    send,
)
from worker.errors import JobError, RetryableError
from worker.http_client.answers import Meaning
from worker.voucherify.http import RefusedError


DONE, NOT_THERE, UNKNOWN = Meaning.DONE, Meaning.NOT_THERE, Meaning.UNKNOWN
HTML: dict[str, Any] = {"text": "<html>welcome</html>", "headers": {"Content-Type": "text/html"}}

#: What any call ends as where the answer decides it alone; voucherify.md says it in a table.
REFUSALS = [
    (httpx2.ConnectError("x"), "voucherify_unreachable", OUTAGE),
    (httpx2.ConnectTimeout("x"), "voucherify_timeout", OUTAGE),
    (httpx2.PoolTimeout("x"), "voucherify_timeout", OUTAGE),
    (error(400), "voucherify_answered_400", FINAL),
    (error(401), "voucherify_answered_401", PAUSE),
    (error(402), "voucherify_answered_402", PAUSE),
    (error(403), "voucherify_answered_403", PAUSE),
    (error(405), "voucherify_answered_405", FINAL),
    (error(409), "voucherify_answered_409", RETRY),
    (error(413), "voucherify_answered_413", FINAL),
    (error(423), "voucherify_answered_423", RETRY),
    (error(429), "voucherify_answered_429", PAUSE),
]


def _named(answer: Any) -> str | None:
    if isinstance(answer, Exception):
        return type(answer).__name__
    return str(answer.status_code) if isinstance(answer, httpx2.Response) else None


@pytest.mark.parametrize(("answer", "reason", "kind"), REFUSALS, ids=_named)
@pytest.mark.parametrize("call", ["read", "change"])
def test_each_refusal_has_its_reason_and_its_kind(
    answer: httpx2.Response | Exception, reason: str, kind: str, call: str
) -> None:
    """Semantic errors are final, keys and limits pause everybody, and nothing is sent twice."""
    http, transport = http_of(answer)

    with pytest.raises(JobError) as caught:
        send(http, call)

    assert (caught.value.reason, kind_of(caught.value)) == (reason, kind)
    assert len(transport.requests) == 1


FOREIGN = [200, 202, 204, 302, 307, 400, 401, 402, 403, 404, 408, 409, 423, 500, 502, 503, 520]


@pytest.mark.parametrize("status", FOREIGN)
@pytest.mark.parametrize("body", [HTML, {}, {"json": []}, {"json": {}}], ids=str)
def test_what_is_not_voucherifys_own_decides_nothing(status: int, body: dict[str, Any]) -> None:
    """A proxy, a firewall or a load balancer has neither read nor changed anything for certain."""
    reader, _ = http_of(httpx2.Response(status, **body))
    changer, transport = http_of(httpx2.Response(status, **body))

    with pytest.raises(RetryableError) as caught:
        send(reader, "read")
    verdict = changer.change("POST", "/v1/x", {}, CHANGE, job())

    assert kind_of(caught.value) == OUTAGE
    assert (verdict.meaning, verdict.own, verdict.outage) == (UNKNOWN, False, True)
    assert len(transport.requests) == 1


def test_a_rate_limit_in_front_of_voucherify_pauses_too() -> None:
    """A gateway that counts calls is meant by all callers; nothing was sent on."""
    http, _ = http_of(httpx2.Response(429, text="slow down", headers={"Retry-After": "7"}))

    with pytest.raises(RetryableError) as caught:
        send(http, "read")

    assert kind_of(caught.value) == PAUSE


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (httpx2.Response(200, json={"id": "v_1", "new": []}), DONE),
        (httpx2.Response(200, json={"id": "v_2"}), UNKNOWN),
        (httpx2.Response(201, json={"id": "v_1"}), UNKNOWN),
        (httpx2.Response(202, json={"id": "v_1"}), UNKNOWN),
        (httpx2.Response(207, json={"id": "v_1"}), UNKNOWN),
        (httpx2.Response(200, content=b'{"id": "v_1"'), UNKNOWN),
        (error(408), UNKNOWN),
        (error(500), UNKNOWN),
        (error(503, headers={"Retry-After": "9"}), UNKNOWN),
        (httpx2.ReadTimeout("x"), UNKNOWN),
        (httpx2.WriteTimeout("x"), UNKNOWN),
        (httpx2.ReadError("x"), UNKNOWN),
        (httpx2.WriteError("x"), UNKNOWN),
        (httpx2.CloseError("x"), UNKNOWN),
        (httpx2.RemoteProtocolError("x"), UNKNOWN),
        (httpx2.DecodingError("x"), UNKNOWN),
        (missing("voucher", "v_1"), NOT_THERE),
        (missing("voucher", "v_1", resource_type=None), NOT_THERE),
        (missing("voucher", "v_1", resource_id=None, details="no voucher with id v_1"), NOT_THERE),
        (missing("voucher", "v_1", resource_id=None), UNKNOWN),
        (missing("voucher", "v_1", resource_id=None, details="no voucher with id v_10"), UNKNOWN),
        (missing("voucher", "v_2"), UNKNOWN),
        (missing("campaign", "v_1"), UNKNOWN),
        (missing("voucher", "v_1", key="no_route"), UNKNOWN),
        (missing("voucher", "v_1", code=400), UNKNOWN),
    ],
    ids=[
        "as wanted", "another thing", "201", "202", "207", "cut short", "its own time-out",
        "its own error", "its own pause", "read timeout", "write timeout", "read error",
        "write error", "close error", "protocol", "decoding", "not there", "of no type",
        "by its details", "of no name", "by other details", "another is not there",
        "another type is not there", "another key", "another code",
    ],
)  # fmt: skip
def test_a_change_is_sent_once_and_its_end_is_known(
    answer: httpx2.Response | Exception, wanted: Meaning
) -> None:
    """What may have been applied is never an error, and what is unknown is never repeated."""
    http, transport = http_of(answer)

    assert http.change("POST", "/v1/x", {"amount": -5}, CHANGE, job()).meaning is wanted
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx2.Response(200), "voucherify_unreadable"),
        (httpx2.Response(200, json={"id": "v_2"}), "voucherify_unreadable"),
        (httpx2.Response(204), "voucherify_unreadable"),
        (httpx2.Response(200, content=b"[" * 100_000), "voucherify_unreadable"),
        (missing("voucher", "v_2"), "voucherify_answered_404"),
        (error(500), "voucherify_answered_500"),
        (error(503), "voucherify_answered_503"),
        (httpx2.ReadTimeout("x"), "voucherify_timeout"),
        (httpx2.RemoteProtocolError("x"), "voucherify_unreachable"),
        (httpx2.DecodingError("x"), "voucherify_unreachable"),
    ],
    ids=["empty", "another", "204", "nested", "another is missing", "500", "503", "timeout",
         "protocol", "decoding"],
)  # fmt: skip
def test_a_reading_that_fails_is_the_downstreams_outage(
    answer: httpx2.Response | Exception, reason: str
) -> None:
    """A proxy's page or a broken answer is tried again, and counts against the downstream."""
    http, _ = http_of(answer)

    with pytest.raises(RetryableError) as caught:
        send(http, "read")

    assert (caught.value.reason, kind_of(caught.value)) == (reason, OUTAGE)


def test_what_does_not_exist_is_none() -> None:
    """Voucherify's own error that names the thing is an answer."""
    http, _ = http_of(missing("voucher", "v_1"))

    assert http.read("/v1/x", {}, READ, job()) is None


@pytest.mark.parametrize(
    ("key", "reported"),
    [("invalid_payload", " (invalid_payload)"), ("Ada Quill", ""), ("x" * 61, ""), (7, "")],
    ids=["a slug", "a name", "too long", "a number"],
)
def test_an_errors_slug_is_said_and_its_details_are_not(key: Any, reported: str) -> None:
    """Only a slug of Voucherify's answer reaches operators."""
    http, _ = http_of(error(400, key))

    with pytest.raises(RefusedError) as caught:
        send(http, "read")

    assert str(caught.value) == f"voucherify answered 400{reported}"
    assert caught.value.key == (key if reported else None)


def test_a_foreign_answer_is_said_to_be_one() -> None:
    """An operator who sees a 403 must know that it was not Voucherify's."""
    http, _ = http_of(httpx2.Response(403, **HTML))

    with pytest.raises(RetryableError, match="403, and the answer is not Voucherify's own"):
        send(http, "read")


def test_an_answer_that_cannot_be_read_is_no_accident() -> None:
    """An endlessly nested error is an answer like any other."""
    http, _ = http_of(httpx2.Response(400, content=b"[" * 100_000))

    assert http.change("POST", "/v1/x", {}, CHANGE, job()).meaning is UNKNOWN


def test_keys_and_version_go_with_every_call_and_json_only_with_a_body() -> None:
    """A call without a body has no content type, as the API reference shows it."""
    http, transport = http_of(httpx2.Response(200, json={"id": "v_1"}))

    http.read("/v1/x", {"limit": 1}, READ, job())
    http.change("POST", "/v1/x/disable", None, CHANGE, job())
    http.change("POST", "/v1/x", {"reason": "ä"}, CHANGE, job())

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

"""
Answers that a caller finds hard to read, by name; at any call, in process and over a socket.

`200-html` and its like have no effect; the same name with `-applied` has it. What Voucherify
itself answers has the shape of its reference, "Errors" and "Limits"; the rest is what stands
between: a gateway, a firewall, a proxy, a page that says that maintenance is under way.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import httpx2

from sandbox.faults.fault import Fault, applied, apply_late, named


_JSON = "application/json; charset=utf-8"
_HTML = "text/html"
_TEXT = "text/plain"

#: How long after the caller gave up a late call takes effect.
LATE_SECONDS = 30.0


def _raw(status: int, kind: str | None, body: bytes, **headers: str) -> Fault:
    types = {"Content-Type": kind} if kind else {}
    return Fault(applies=False, status=status, headers={**types, **named(headers)}, body=body)


def _json(status: int, value: Any, **headers: str) -> Fault:
    return _raw(status, _JSON, json.dumps(value).encode(), **headers)


def _html(status: int, title: str, **headers: str) -> Fault:
    page = f"<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return _raw(status, _HTML, page.encode(), **headers)


def _empty(status: int, **headers: str) -> Fault:
    return _raw(status, None, b"", **headers)


def _error(status: int, key: str | None, message: str, **headers: str) -> Fault:
    body = {"code": status, "key": key, "message": message, "request_id": "v-0awkward"}
    return _json(status, {name: value for name, value in body.items() if value}, **headers)


_ELSEWHERE = "https://elsewhere.example/signin"
_ASYNC = {"async_action_id": "aa_0awkward"}
_OTHER = {
    "code": 404,
    "key": "not_found",
    "message": "Resource not found",
    "details": "Cannot find voucher with id v_other",
    "request_id": "v-0awkward",
    "resource_id": "v_other",
    "resource_type": "voucher",
}
_ROOM = {
    "X_Rate_Limit_Limit": "2000",
    "X_Rate_Limit_Remaining": "0",
    "X_Rate_Limit_Retry": "1",
    "X_Rate_Limit_Type": "api_calls",
}

#: Nothing took effect: Voucherify, or what stands between, refused the call.
_REFUSED = {
    "400-unknown-key": _error(400, "the_moon_is_full", "The moon is full"),
    "400-no-key": _error(400, None, "Bad request"),
    "400-html": _html(400, "Bad Request"),
    "401-json": _error(401, "unauthorized", "Unauthorized"),
    "401-html": _html(401, "Sign in", WWW_Authenticate="Basic"),
    "402-json": _error(402, "payment_required", "Payment required"),
    "402-html": _html(402, "Payment Required"),
    "403-json": _error(403, "missing_required_permission", "Missing required permission"),
    "403-no-key": _error(403, None, "Forbidden"),
    "403-html": _html(403, "The request was blocked"),
    "404-text": _raw(404, _TEXT, b"404 page not found\n"),
    "404-html": _html(404, "Not Found"),
    "404-empty": _empty(404),
    "404-other": _json(404, _OTHER),
    "404-gateway": _json(404, {"message": "no Route matched with those values"}),
    "404-no-key": _json(404, {"code": 404, "message": "Not found"}),
    "404-list": _json(404, []),
    "404-null": _json(404, None),
    "404-truncated": _raw(404, _JSON, b'{"code":404,"key":"not_fou'),
    "405-json": _error(405, None, "HTTP Method Not Allowed", Allow="GET"),
    "406-html": _html(406, "Not Acceptable"),
    "410-html": _html(410, "Gone"),
    "415-json": _error(415, None, "Unsupported Media Type"),
    "422-json": _error(422, "unprocessable", "Unprocessable"),
    "429-voucherify": _error(429, None, "Too many requests", Retry_After="2", **_ROOM),
    "429-proxy": _html(429, "Too Many Requests", Retry_After="2"),
    "429-date": _html(429, "Too Many Requests", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
    **{
        f"{status}-{name}": _error(status, key, message, **headers)
        for status, key, message in (
            (409, "duplicate_found", "Duplicate resource found"),
            (413, "query_too_large", "Payload too large"),
            (423, "locked", "Locked"),
            (429, None, "Too many requests"),
        )
        for name, headers in (("plain", {}), ("retry-after", {"Retry_After": "2"}))
    },
}

#: Whether it took effect the caller cannot know: each is had with an effect and without.
_DOUBTFUL = {
    "200-html": _html(200, "We will be right back"),
    "200-empty-object": _json(200, {}),
    "200-truncated": _raw(200, _JSON, b'{"amount":-100,"total":15'),
    "200-list": _json(200, []),
    "200-null": _json(200, None),
    "200-text": _raw(200, _TEXT, b"OK"),
    "200-empty": _empty(200, Content_Type=_JSON),
    "200-not-utf8": _raw(200, _JSON, b'{"name":"\xff\xfe"}'),
    "201-empty-object": _json(201, {}),
    "202-empty-object": _json(202, {}),
    "202-async": _json(202, _ASYNC),
    "203-html": _html(203, "Read from a copy"),
    "204": _empty(204),
    "206-truncated": _raw(206, _JSON, b'{"amount":-100,"total":15'),
    "207-empty-object": _json(207, {}),
    "207-async": _json(207, _ASYNC),
    "301": _empty(301, Location=_ELSEWHERE),
    "302": _html(302, "Found", Location=_ELSEWHERE),
    "302-no-location": _empty(302),
    "303": _empty(303, Location=_ELSEWHERE),
    "304": _empty(304),
    "307": _empty(307, Location=_ELSEWHERE),
    "308": _empty(308, Location=_ELSEWHERE),
    "408-json": _error(408, None, "Request timeout"),
    "408-html": _html(408, "Request Time-out"),
    "499-html": _html(499, "Client Closed Request"),
    "500-list": _json(500, []),
    "503-retry-after": _html(503, "Service Unavailable", Retry_After="2"),
    "520-html": _html(520, "Web server returned an unknown error"),
    "524-html": _html(524, "A time-out occurred"),
    "reset": Fault(applies=False, breaks=httpx2.ReadError),
    "silence": Fault(applies=False, breaks=httpx2.ReadTimeout),
    **{
        f"{status}-{name}": answer
        for status, title in (
            (500, "Internal Server Error"),
            (502, "Bad Gateway"),
            (503, "Service Unavailable"),
            (504, "Gateway Time-out"),
        )
        for name, answer in (
            ("json", _error(status, "internal_error" if status == 500 else None, title)),
            ("html", _html(status, title)),
            ("empty", _empty(status)),
        )
    },
}

#: It takes effect only after the caller has got this answer, or has given up.
_LATE = {
    "silence-late": apply_late(LATE_SECONDS),
    "reset-late": replace(_DOUBTFUL["reset"], late_seconds=LATE_SECONDS),
    "202-late": replace(_DOUBTFUL["202-async"], late_seconds=LATE_SECONDS),
    "503-late": replace(_DOUBTFUL["503-html"], late_seconds=LATE_SECONDS),
    "504-late": replace(_DOUBTFUL["504-html"], late_seconds=LATE_SECONDS),
}


def _all() -> Iterator[tuple[str, Fault]]:
    yield from _REFUSED.items()
    for name, fault in _DOUBTFUL.items():
        yield name, fault
        yield f"{name}-applied", applied(fault)
    yield from _LATE.items()


#: Every such answer by its name.
CATALOGUE: Mapping[str, Fault] = MappingProxyType(dict(_all()))

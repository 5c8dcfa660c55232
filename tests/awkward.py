"""Answers that say nothing about a call: what stands between wrote them, or they broke off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import httpx2


class Kind(StrEnum):
    """What the body of an awkward answer is."""

    EMPTY = "empty"
    PAGE = "a page"
    TEXT = "plain text"
    CUT = "JSON that breaks off"
    OTHER = "a JSON object about something else"
    VALUE = "JSON that is no object"
    RESET = "no answer: the connection breaks"
    SILENCE = "no answer in time"


@dataclass(frozen=True, slots=True)
class Awkward:
    """An answer, or the lack of one: then the status is 0."""

    name: str
    status: int
    body: bytes
    kind: Kind
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    def response(self, request: httpx2.Request) -> httpx2.Response:
        """
        Answer a request of httpx2.

        Raises:
            httpx2.RequestError: there is no answer.
        """
        match self.kind:
            case Kind.RESET:
                raise httpx2.ReadError("reset", request=request)
            case Kind.SILENCE:
                raise httpx2.ReadTimeout("silence", request=request)
        return httpx2.Response(
            self.status, headers=dict(self.headers), content=self.body, request=request
        )

    def answer(self) -> httpx2.Response | Exception:
        """Answer a request from memory."""
        match self.kind:
            case Kind.RESET:
                return httpx2.ReadError("reset")
            case Kind.SILENCE:
                return httpx2.ReadTimeout("silence")
        return httpx2.Response(self.status, headers=dict(self.headers), content=self.body)


def _page(status: int, who: str, **headers: str) -> Awkward:
    words = f"<!doctype html><html><head><title>{status}</title></head><body>{who}</body></html>"
    shown = {"content-type": "text/html", **headers}
    return Awkward(f"{status}, {who}'s page", status, words.encode(), Kind.PAGE, shown)


def _empty(status: int, **headers: str) -> Awkward:
    return Awkward(f"{status}, empty", status, b"", Kind.EMPTY, headers)


def _text(status: int, words: str, **headers: str) -> Awkward:
    shown = {"content-type": "text/plain", **headers}
    return Awkward(f"{status}, the words “{words}”", status, words.encode(), Kind.TEXT, shown)


def _json(status: int, what: str, body: bytes, kind: Kind = Kind.OTHER) -> Awkward:
    shown = {"content-type": "application/json"}
    return Awkward(f"{status}, {what}", status, body, kind, shown)


def _there(status: int, location: str = "https://elsewhere.example.test/") -> Awkward:
    return Awkward(f"{status}, elsewhere", status, b"", Kind.EMPTY, {"location": location})


_NO_ROUTE = b'{"message":"no Route matched with those values"}'
_FORBIDDEN = b'{"message":"Forbidden"}'
_PROBLEM = b'{"type":"about:blank","title":"Bad Request","status":400}'
_HALF = b'{"id":"1","status":"COMPLETE","object":"list","results":[{"id":"7","prop'

AWKWARD = (
    # Without an answer.
    Awkward("connection reset", 0, b"", Kind.RESET),
    Awkward("silence", 0, b"", Kind.SILENCE),
    # Success, by someone else or by half.
    _empty(200),
    _page(200, "a captive portal"),
    _text(200, "OK"),
    _json(200, "an empty object", b"{}"),
    _json(200, "an empty list", b"[]", Kind.VALUE),
    _json(200, "null", b"null", Kind.VALUE),
    _json(200, "a gateway's own JSON", b'{"status":"ok","service":"gateway"}'),
    _json(200, "another API's empty list", b'{"count":0,"next":null,"results":[],"data":[]}'),
    _json(200, "an error in a success", b'{"status":"error","message":"upstream"}'),
    _json(200, "JSON that breaks off", _HALF, Kind.CUT),
    _json(200, "JSON nested without end", b"[" * 100_000, Kind.CUT),
    _page(201, "a proxy"),
    _empty(201),
    _json(201, "an empty object", b"{}"),
    _json(201, "JSON that breaks off", _HALF, Kind.CUT),
    _empty(202),
    _page(202, "a queue's front"),
    _page(203, "a proxy that changes answers"),
    _json(203, "a gateway's own JSON", b'{"status":"ok"}'),
    _empty(204),
    _empty(205),
    _json(206, "a part", b'{"results":[]}'),
    _json(207, "an empty object", b"{}"),
    _page(207, "a proxy"),
    _empty(226),
    # Elsewhere.
    _there(301),
    _there(302, "/login"),
    _there(303),
    _there(307),
    _there(308),
    _page(300, "a proxy"),
    _empty(304),
    # Refused, by someone who knows nothing about the call.
    _page(400, "a load balancer"),
    _empty(400),
    _json(400, "a gateway's own JSON", _PROBLEM),
    _page(401, "a proxy"),
    _json(401, "a gateway's own JSON", _FORBIDDEN),
    _empty(402),
    _page(403, "a firewall"),
    _empty(403),
    _json(403, "a gateway's own JSON", _FORBIDDEN),
    _page(404, "a load balancer"),
    _empty(404),
    _text(404, "default backend - 404"),
    _json(404, "a gateway's own JSON", _NO_ROUTE),
    _json(404, "JSON that breaks off", b'{"status":"error","cat', Kind.CUT),
    _json(404, "an empty list", b"[]", Kind.VALUE),
    _page(405, "a static site"),
    _page(407, "a proxy"),
    _page(408, "a load balancer"),
    _empty(408),
    _page(409, "a proxy"),
    _page(410, "a load balancer"),
    _page(411, "a proxy"),
    _page(413, "a proxy"),
    _page(414, "a proxy"),
    _page(415, "a proxy"),
    _page(421, "a load balancer"),
    _page(422, "a proxy"),
    _page(423, "a proxy"),
    _page(425, "a proxy"),
    _page(429, "a firewall", **{"retry-after": "7"}),
    _empty(429),
    _json(429, "a gateway's own JSON", b'{"message":"API rate limit exceeded"}'),
    _page(431, "a proxy"),
    _page(451, "a firewall"),
    # Away.
    _page(500, "a proxy"),
    _json(500, "a gateway's own JSON", b'{"message":"An unexpected error occurred"}'),
    _page(501, "a proxy"),
    _page(502, "a load balancer"),
    _page(503, "a load balancer", **{"retry-after": "7"}),
    _empty(503),
    _text(504, "upstream request timeout"),
    _page(520, "a delivery network"),
    _page(524, "a delivery network"),
    _page(530, "a delivery network"),
)

BY_NAME = {each.name: each for each in AWKWARD}

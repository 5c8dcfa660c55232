"""What an HTTP answer means, whichever server wrote it."""

import json
from typing import Any

import pytest

from worker.http_client.answers import Call, Meaning, Reply, decoded, judge
from worker.voucherify.own import own_error


DONE, REFUSED, NOT_THERE = Meaning.DONE, Meaning.REFUSED, Meaning.NOT_THERE
LATER, UNKNOWN = Meaning.TRY_AGAIN, Meaning.UNKNOWN

#: What the call gives when it succeeds.
WANTED = {"id": "thing_1"}


def call(*, changes: bool, **more: Any) -> Call:
    """Describe a call for one thing."""
    return Call(
        gives=lambda content: content == WANTED,
        wrote=own_error,
        missing=lambda content: content.get("resource_id") == "thing_1",
        changes=changes,
        **more,
    )


def own(status: int, resource: str = "thing_1") -> bytes:
    """Write an error as Voucherify does."""
    error = {"code": status, "key": "a_key", "message": "words", "resource_id": resource}
    return json.dumps(error).encode()


def another(status: int) -> bytes:
    """Write an error of its own about something else."""
    return own(status, "thing_2")


FOREIGN: dict[str, bytes] = {
    "an HTML page": b"<html><h1>Not found</h1></html>",
    "a text": b"default backend - 404",
    "nothing": b"",
    "a list": b"[]",
    "a null": b"null",
    "a number": b"404",
    "JSON about something else": b'{"error": "no route"}',
    "another thing": b'{"id": "thing_2"}',
    "an error of another status": own(418),
    "an error without words": b'{"code": 404}',
    "the start of an answer": own(404)[:-9],
    "the start of what is wanted": b'{"id": "thing_',
    "no text at all": b"\xff\xfe",
    "endless nesting": b"[" * 100_000,
}
STATUSES = [100, 200, 201, 202, 204, 207, 301, 302, 400, 401, 402, 403, 404, 405, 408, 409, 410]
STATUSES += [413, 418, 422, 423, 425, 429, 451, 500, 501, 502, 503, 504, 520, 599]


def _judge(status: int, body: bytes, *, changes: bool) -> tuple[Meaning, bool, bool]:
    found = judge(Reply(status=status, headers={}, body=body), call(changes=changes))
    return found.meaning, found.own, found.outage


@pytest.mark.parametrize("body", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("status", [each for each in STATUSES if each != 418])
def test_what_someone_else_wrote_is_no_answer(status: int, body: bytes) -> None:
    """Whatever its status: a read is tried again, and no one knows whether a change was made."""
    assert _judge(status, body, changes=False) == (LATER, False, True)
    assert _judge(status, body, changes=True) == (UNKNOWN, False, True)


#: By status, what the service's own error means to a read and to a change, and whether other
#: calls would meet the same.
OWN: dict[int, tuple[Meaning, Meaning, bool]] = {
    400: (REFUSED, REFUSED, False),
    401: (LATER, LATER, False),
    402: (LATER, LATER, False),
    403: (LATER, LATER, False),
    404: (NOT_THERE, NOT_THERE, False),
    405: (REFUSED, REFUSED, False),
    409: (LATER, LATER, False),
    410: (REFUSED, REFUSED, False),
    413: (REFUSED, REFUSED, False),
    422: (REFUSED, REFUSED, False),
    423: (LATER, LATER, False),
    425: (LATER, LATER, False),
    429: (LATER, LATER, False),
    451: (REFUSED, REFUSED, False),
    500: (LATER, UNKNOWN, True),
    501: (LATER, UNKNOWN, True),
    502: (LATER, UNKNOWN, True),
    503: (LATER, UNKNOWN, True),
    504: (LATER, UNKNOWN, True),
    599: (LATER, UNKNOWN, True),
}


@pytest.mark.parametrize(("status", "wanted"), OWN.items(), ids=map(str, OWN))
def test_the_services_own_errors(status: int, wanted: tuple[Meaning, Meaning, bool]) -> None:
    """What it refused was not done; after an error of the server's no one knows."""
    read, change, outage = wanted

    assert _judge(status, own(status), changes=False) == (read, True, outage)
    assert _judge(status, own(status), changes=True) == (change, True, outage)


def test_a_time_out_of_its_own_may_have_come_after_the_change() -> None:
    """A read is simply tried again."""
    assert _judge(408, own(408), changes=False) == (LATER, True, False)
    assert _judge(408, own(408), changes=True) == (UNKNOWN, True, True)


def test_its_own_404_about_something_else_is_no_answer() -> None:
    """A route or another thing that is missing says nothing of what was asked for."""
    assert _judge(404, another(404), changes=False) == (LATER, True, True)
    assert _judge(404, another(404), changes=True) == (UNKNOWN, True, True)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("changes", [False, True], ids=["read", "change"])
def test_only_the_documented_status_is_a_success(status: int, *, changes: bool) -> None:
    """The right body with 201, 202 or 207, or with an error's status, is not what was asked for."""
    body = json.dumps(WANTED).encode()

    meaning, is_own, outage = _judge(status, body, changes=changes)

    if status == 200:
        assert (meaning, is_own, outage) == (DONE, True, False)
    else:
        assert (meaning, is_own, outage) == (UNKNOWN if changes else LATER, False, True)


@pytest.mark.parametrize("body", [b"", b" \n", b"null"], ids=["empty", "blank", "null"])
@pytest.mark.parametrize("status", [200, 204])
def test_a_call_may_succeed_without_a_body_only_if_it_says_so(status: int, body: bytes) -> None:
    """Elsewhere an empty success is a proxy's."""
    reply = Reply(status=status, headers={}, body=body)
    usual = call(changes=True, statuses=frozenset({200, 204}))
    bare = call(changes=True, statuses=frozenset({200, 204}), may_be_empty=True)

    assert judge(reply, usual).meaning is UNKNOWN
    assert judge(reply, bare).meaning is DONE
    page = Reply(status=status, headers={}, body=b"<html>")
    assert judge(page, bare).meaning is UNKNOWN


def test_a_service_may_have_other_passing_statuses() -> None:
    """What one service means by "not now" is a refusal by another."""
    reply = Reply(status=409, headers={}, body=own(409))
    other = call(changes=True, passing=frozenset({418}))

    assert judge(reply, other).meaning is REFUSED
    assert judge(reply, call(changes=True)).meaning is LATER
    teapot = Reply(status=418, headers={}, body=own(418))
    assert judge(teapot, other).meaning is LATER


@pytest.mark.parametrize(
    ("body", "content"),
    [(b'{"a": 1}', {"a": 1}), (b"[1]", [1]), (b"null", None), (b"{", None), (b"[" * 99_999, None)],
    ids=["object", "list", "null", "cut short", "nested"],
)
def test_what_is_no_json_is_none(body: bytes, content: Any) -> None:
    """An answer that cannot be decoded is never an accident."""
    assert decoded(body) == content

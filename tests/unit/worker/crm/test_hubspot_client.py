import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.samples import PERSONAL
from tests.unit.worker.build import job, removal
from tests.unit.worker.crm.hubspot_answers import (
    NOT_FOUND,
    api_of,
    json_answer,
    note_bodies,
    notes_page,
)
from worker.crm.hubspot import HubSpotCrm
from worker.crm.hubspot.contact import ContactGoneError
from worker.crm.hubspot.refusals import UNKNOWN_OUTCOME_WAIT_SECONDS
from worker.errors import JobError, PermanentError, RetryableError


@pytest.mark.parametrize(
    ("answer", "reason", "permanent"),
    [
        (httpx.ConnectError("x"), "hubspot_unreachable", False),
        (httpx.ConnectTimeout("x"), "hubspot_timeout", False),
        (httpx.PoolTimeout("x"), "hubspot_timeout", False),
        (httpx.ReadTimeout("x"), "hubspot_unknown_outcome", False),
        (httpx.WriteTimeout("x"), "hubspot_unknown_outcome", False),
        (httpx.RemoteProtocolError("x"), "hubspot_unknown_outcome", False),
        (httpx.DecodingError("x"), "hubspot_unknown_outcome", False),
        (httpx.Response(408), "hubspot_unknown_outcome", False),
        (httpx.Response(500), "hubspot_unknown_outcome", False),
        (httpx.Response(524), "hubspot_unknown_outcome", False),
        (httpx.Response(401), "hubspot_answered_401", False),
        (httpx.Response(402), "hubspot_answered_402", False),
        (httpx.Response(403), "hubspot_answered_403", False),
        (httpx.Response(409), "hubspot_answered_409", False),
        (httpx.Response(423), "hubspot_answered_423", False),
        (httpx.Response(429), "hubspot_answered_429", False),
        (httpx.Response(477), "hubspot_answered_477", False),
        (httpx.Response(302), "hubspot_answered_302", True),
        (httpx.Response(400), "hubspot_answered_400", True),
        (httpx.Response(404), "hubspot_answered_404", True),
        (httpx.Response(415), "hubspot_answered_415", True),
    ],
)
def test_a_note_is_sent_once_and_its_end_is_told(
    answer: httpx.Response | Exception, reason: str, permanent: bool
) -> None:
    """Each end of the one POST that must not be repeated has its reason and kind."""
    api, transport = api_of(answer)

    with pytest.raises(JobError) as caught:
        api.create_note({"properties": {}}, job())

    assert caught.value.reason == reason
    assert isinstance(caught.value, PermanentError) == permanent
    assert len(transport.requests) == 1
    if reason == "hubspot_unknown_outcome":
        assert isinstance(caught.value, RetryableError)
        assert caught.value.retry_after_seconds == UNKNOWN_OUTCOME_WAIT_SECONDS


@pytest.mark.parametrize("content", [b"", b"not json", b"[" * 100_000])
def test_the_answer_to_a_note_need_not_be_readable(content: bytes) -> None:
    """After a 2xx the note is made, whatever the answer looks like."""
    api, transport = api_of(httpx.Response(201, content=content))

    api.create_note({"properties": {}}, job())

    assert len(transport.requests) == 1


def test_the_calls_are_the_documented_ones() -> None:
    """Paths of one version, the token as bearer, and bodies with the documented fields."""
    contact = {"id": "7", "properties": {"email": None}}
    api, transport = api_of(
        json_answer({"results": [contact]}), httpx.Response(200), notes_page("1"), note_bodies("a")
    )

    api.contacts(["ada"], by="voucherify_source_id", properties=["email"], job=job())
    api.update_contact("7", {"a": "b"}, job())
    assert list(api.note_bodies("7", job())) == ["a"]

    assert {each.headers["authorization"] for each in transport.requests} == {"Bearer token-1"}
    assert [
        (each.method, each.url.path, json.loads(each.content)) for each in transport.requests
    ] == [
        (
            "POST",
            "/crm/objects/2026-09/contacts/batch/read",
            {
                "idProperty": "voucherify_source_id",
                "properties": ["email"],
                "inputs": [{"id": "ada"}],
            },
        ),
        ("PATCH", "/crm/objects/2026-09/contacts/7", {"properties": {"a": "b"}}),
        (
            "POST",
            "/crm/associations/2026-09/contacts/notes/batch/read",
            {"inputs": [{"id": "7"}]},
        ),
        (
            "POST",
            "/crm/objects/2026-09/notes/batch/read",
            {"properties": ["hs_note_body"], "inputs": [{"id": "1"}]},
        ),
    ]


def test_nothing_is_begun_late() -> None:
    """With too little of the lease left nothing is sent, so no other run can overtake it."""
    api, transport = api_of(httpx.Response(200))
    late = job(5)

    calls: list[Callable[[], object]] = [
        lambda: api.create_note({}, late),
        lambda: api.update_contact("7", {}, late),
        lambda: api.contacts(["a"], by="email", properties=[], job=late),
        lambda: list(api.note_bodies("7", late)),
    ]
    for begin in calls:
        with pytest.raises(RetryableError) as caught:
            begin()
        assert caught.value.reason == "out_of_time"

    assert transport.requests == []


@pytest.mark.parametrize("known", [True, False])
def test_a_missing_record_is_told_from_a_missing_address(known: bool) -> None:
    """A 404 without the slug is a wrong HUBSPOT_API_URL and no deleted contact."""
    api, _ = api_of(json_answer(NOT_FOUND if known else {"message": "No such route"}, 404))

    calls: list[Callable[[], object]] = [
        lambda: api.update_contact("7", {}, job()),
        lambda: api.create_note({}, job()),
    ]
    for begin in calls:
        with pytest.raises(ContactGoneError if known else PermanentError):
            begin()


@pytest.mark.parametrize("status", [207, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_nothing_personal_of_an_answer_is_told(status: int) -> None:
    """HubSpot's messages repeat what was sent; ours hold none of it, nor the token."""
    words = " ".join([*PERSONAL, "token-1"])
    error = {
        "status": words,
        "category": words,
        "message": words,
        "context": {"ids": list(PERSONAL)},
        "errors": [{"message": words, "category": words, "code": words}],
        "results": [],
    }
    api, transport = api_of(json_answer(error, status))

    with pytest.raises(JobError) as caught:
        HubSpotCrm(api, "voucherify_source_id").note_removal(removal(), job())

    told = caught.value.reason + str(caught.value)
    assert not any(word in told for word in (*PERSONAL, "token-1"))
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("category", "told"),
    [
        ("VALIDATION_ERROR", " (VALIDATION_ERROR)"),
        ("ADA QUILL", ""),
        ("A" * 61, ""),
        ("É" * 5, ""),
        (7, ""),
    ],
)
def test_an_errors_slug_is_told(category: Any, told: str) -> None:
    """Only what is a slug reaches operators."""
    api, _ = api_of(json_answer({"category": category}, 422))

    with pytest.raises(PermanentError) as caught:
        api.update_contact("7", {}, job())

    assert str(caught.value) == f"hubspot answered 422{told}"

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.samples import PERSONAL
from tests.unit.worker.backends.crm.hubspot_answers import (
    NOT_FOUND,
    TRACE,
    api_of,
    complete,
    json_answer,
    note_bodies,
    notes_page,
    own,
)
from tests.unit.worker.build import job, removal
from worker.backends.crm.hubspot.backend import HubSpotCrm
from worker.backends.crm.hubspot.contact import ContactGoneError
from worker.backends.crm.hubspot.refusals import UNKNOWN_OUTCOME_WAIT_SECONDS
from worker.errors import JobError, PermanentError, RetryableError


MARKER = "[perkhook:rh_1]"


@pytest.mark.parametrize(
    ("answer", "reason", "permanent"),
    [
        (httpx2.ConnectError("x"), "hubspot_unreachable", False),
        (httpx2.ConnectTimeout("x"), "hubspot_timeout", False),
        (httpx2.PoolTimeout("x"), "hubspot_timeout", False),
        (httpx2.ReadTimeout("x"), "hubspot_unknown_outcome", False),
        (httpx2.WriteTimeout("x"), "hubspot_unknown_outcome", False),
        (httpx2.RemoteProtocolError("x"), "hubspot_unknown_outcome", False),
        (httpx2.DecodingError("x"), "hubspot_unknown_outcome", False),
        (httpx2.Response(408), "hubspot_unknown_outcome", False),
        (httpx2.Response(500), "hubspot_unknown_outcome", False),
        (httpx2.Response(524), "hubspot_unknown_outcome", False),
        (own(408), "hubspot_unknown_outcome", False),
        (own(500), "hubspot_unknown_outcome", False),
        (own(503, "SERVICE_UNAVAILABLE"), "hubspot_unknown_outcome", False),
        (own(401), "hubspot_answered_401", False),
        (own(402), "hubspot_answered_402", False),
        (own(403), "hubspot_answered_403", False),
        (own(404), "hubspot_unknown_outcome", False),
        (own(409), "hubspot_answered_409", False),
        (own(423), "hubspot_answered_423", False),
        (own(425), "hubspot_answered_425", False),
        (own(429), "hubspot_answered_429", False),
        (own(477), "hubspot_answered_477", False),
        (own(400), "hubspot_answered_400", True),
        (own(405), "hubspot_answered_405", True),
        (own(413), "hubspot_answered_413", True),
        (own(415), "hubspot_answered_415", True),
    ],
)
def test_a_note_is_sent_once_and_its_end_is_reported(
    answer: httpx2.Response | Exception, reason: str, permanent: bool
) -> None:
    """Each end of the one POST that must not be repeated has its reason and kind."""
    api, transport = api_of(answer)

    with pytest.raises(JobError) as caught:
        api.create_note({"properties": {}}, MARKER, job())

    assert caught.value.reason == reason
    assert isinstance(caught.value, PermanentError) == permanent
    assert len(transport.requests) == 1
    if reason == "hubspot_unknown_outcome":
        assert isinstance(caught.value, RetryableError)
        assert caught.value.retry_after_seconds == UNKNOWN_OUTCOME_WAIT_SECONDS


def test_the_calls_are_the_documented_ones() -> None:
    """Paths of one version, the token as bearer, and bodies with the documented fields."""
    contact = {"id": "7", "properties": {"email": None}}
    api, transport = api_of(
        json_answer(complete(contact)), json_answer(contact), notes_page("1"), note_bodies("a")
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
    api, transport = api_of(httpx2.Response(200))
    late = job(5)

    calls: list[Callable[[], object]] = [
        lambda: api.create_note({}, MARKER, late),
        lambda: api.update_contact("7", {}, late),
        lambda: api.contacts(["a"], by="email", properties=[], job=late),
        lambda: list(api.note_bodies("7", late)),
    ]
    for begin in calls:
        with pytest.raises(RetryableError) as caught:
            begin()
        assert caught.value.reason == "out_of_time"

    assert transport.requests == []


def test_a_missing_record_is_distinguished_from_a_missing_address() -> None:
    """A 404 without the slug is a wrong HUBSPOT_API_URL or a stranger, and no deleted contact."""
    route = {"status": "error", "message": "No such route", "correlationId": TRACE}
    for body, expected in ((NOT_FOUND, ContactGoneError), (route, RetryableError)):
        api, _ = api_of(json_answer(body, 404))
        with pytest.raises(expected):
            api.update_contact("7", {}, job())
        with pytest.raises(expected):
            api.create_note({}, MARKER, job())


@pytest.mark.parametrize("status", [207, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_nothing_personal_of_an_answer_is_reported(status: int) -> None:
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

    reported = caught.value.reason + str(caught.value)
    assert not any(word in reported for word in (*PERSONAL, "token-1"))
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("category", "reported"),
    [
        ("VALIDATION_ERROR", " (VALIDATION_ERROR)"),
        ("ADA QUILL", ""),
        ("A" * 61, ""),
        ("É" * 5, ""),
        (7, ""),
    ],
)
def test_an_errors_slug_is_reported(category: Any, reported: str) -> None:
    """Only what is a slug reaches operators."""
    api, _ = api_of(own(422, category))

    with pytest.raises(PermanentError) as caught:
        api.update_contact("7", {}, job())

    assert str(caught.value) == f"hubspot answered 422{reported}"

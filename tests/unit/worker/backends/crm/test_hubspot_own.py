"""Which answers are HubSpot's own, and about what was asked."""

import json
from typing import Any

import httpx2
import pytest

from tests.unit.worker.backends.crm.hubspot_answers import TRACE, api_of, complete, json_answer, own
from tests.unit.worker.build import job
from worker.backends.crm.hubspot.own import own_error
from worker.backends.crm.hubspot.refusals import UNKNOWN_OUTCOME_WAIT_SECONDS
from worker.errors import PermanentError, RetryableError


MARKER = "[perkhook:rh_1]"

MADE = {"id": "71", "properties": {"hs_note_body": f"<p>x</p><p>{MARKER}</p>"}}


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("made", [MADE, {"id": "71", "properties": {}}])
def test_the_new_note_itself_says_that_it_was_made(status: int, made: dict[str, Any]) -> None:
    """A note with the marker is ours; HubSpot need not show what it says."""
    api, transport = api_of(json_answer(made, status))

    api.create_note({"properties": {}}, MARKER, job())

    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(201),
        httpx2.Response(201, content=b"not json"),
        httpx2.Response(201, content=b"[" * 100_000),
        httpx2.Response(201, content=json.dumps(MADE).encode()[:-3]),
        json_answer(MADE, 202),
        json_answer({"id": "71"}, 201),
        json_answer({"id": 71, "properties": {}}, 201),
        json_answer({"properties": {}}, 201),
        json_answer({"id": "71", "properties": {"hs_note_body": "[perkhook:rh_12]"}}, 201),
        json_answer(complete(MADE), 201),
    ],
)
def test_anything_but_the_new_note_leaves_its_end_unknown(answer: httpx2.Response) -> None:
    """Half a note, another one or a page: the contact's notes are read before one is made again."""
    api, _ = api_of(answer)

    with pytest.raises(RetryableError) as caught:
        api.create_note({"properties": {}}, MARKER, job())

    assert caught.value.reason == "hubspot_unknown_outcome"
    assert caught.value.retry_after_seconds == UNKNOWN_OUTCOME_WAIT_SECONDS


@pytest.mark.parametrize(
    "shown", [{"id": "8", "properties": {}}, {"id": "7"}, {"properties": {}}, {"id": "70"}]
)
def test_properties_of_another_contact_are_not_those_that_were_set(shown: dict[str, Any]) -> None:
    """Only the contact itself says that its properties were set."""
    api, _ = api_of(json_answer(shown))

    with pytest.raises(RetryableError) as caught:
        api.update_contact("7", {"a": "b"}, job())

    assert caught.value.reason == "hubspot_unreadable"


@pytest.mark.parametrize("shown", [{"name": "b", "type": "string"}, {"name": "a"}, {"type": "x"}])
def test_another_property_is_not_the_one_that_was_asked_for(shown: dict[str, Any]) -> None:
    """The set-up reports only what it has seen."""
    api, _ = api_of(json_answer(shown, 201), json_answer(shown))

    with pytest.raises(RetryableError):
        api.create_property({"name": "a"})
    with pytest.raises(RetryableError):
        api.read_property("a")


def test_a_strangers_limit_pauses_no_one() -> None:
    """A firewall's 429 makes this job wait as it says; HubSpot's own makes all jobs wait."""
    page = httpx2.Response(429, headers={"Retry-After": "700"}, content=b"<html>")
    for answer, pause in ((page, None), (own(429, "RATE_LIMITS"), 10.0)):
        api, _ = api_of(answer)
        with pytest.raises(RetryableError) as caught:
            api.update_contact("7", {"a": "b"}, job())
        assert caught.value.pause_seconds == pause
        assert caught.value.retry_after_seconds == (pause or 700)


@pytest.mark.parametrize(
    ("body", "is_own"),
    [
        ({"message": "x", "category": "VALIDATION_ERROR", "correlationId": TRACE}, True),
        ({"message": "x", "category": "VALIDATION_ERROR"}, True),
        ({"message": "x", "correlationId": TRACE, "policyName": "DAILY"}, True),
        ({"status": "error", "message": "x"}, False),
        ({"message": "x", "category": "not a slug"}, False),
        ({"category": "VALIDATION_ERROR", "correlationId": TRACE}, False),
        ({"message": "no Route matched with those values"}, False),
        ({}, False),
        ([], False),
        ("x", False),
        (None, False),
    ],
)
def test_an_error_of_hubspots_own_has_words_and_a_category_or_a_trace(
    body: Any, is_own: bool
) -> None:
    """Only such a 400 fails the job; any other may come of a machine in between."""
    assert own_error(400, body) == is_own
    api, _ = api_of(json_answer(body, 400))

    with pytest.raises(PermanentError if is_own else RetryableError):
        api.update_contact("7", {"a": "b"}, job())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "hubspot answered 401, and the answer is not HubSpot's own"),
        (403, "hubspot answered 403, and the answer is not HubSpot's own"),
        (302, "hubspot answered 302, and the answer is not HubSpot's own"),
        (200, "hubspot's answer is not what this call returns"),
    ],
)
def test_an_operator_reads_that_someone_else_answered(status: int, words: str) -> None:
    """No one searches for a wrong token, or a scope that lacks, because of a firewall's page."""
    api, _ = api_of(httpx2.Response(status, content=b"<html>"))

    with pytest.raises(RetryableError) as caught:
        api.update_contact("7", {"a": "b"}, job())

    assert str(caught.value) == words

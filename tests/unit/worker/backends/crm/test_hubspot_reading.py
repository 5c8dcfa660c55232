import json
from typing import Any

import httpx2
import pytest

from tests.unit.worker.backends.crm.hubspot_answers import (
    EMPTY,
    NOT_FOUND,
    api_of,
    complete,
    json_answer,
    note_bodies,
    notes_page,
)
from tests.unit.worker.build import job
from worker.errors import RetryableError


@pytest.mark.parametrize(
    "answer",
    [
        json_answer(EMPTY),
        json_answer({**EMPTY, "numErrors": 1, "errors": [NOT_FOUND]}, 207),
        json_answer(NOT_FOUND, 404),
    ],
)
def test_each_way_to_say_that_no_one_is_there_is_understood(answer: httpx2.Response) -> None:
    """An empty list, a 207 whose errors say so and a 404 that says so all mean no contact."""
    api, _ = api_of(answer)

    assert api.contacts(["a"], by="email", properties=[], job=job()) == []


@pytest.mark.parametrize(
    "result",
    [
        {"properties": {}},
        {"id": 7, "properties": {}},
        {"id": "../7", "properties": {}},
        {"id": "", "properties": {}},
        {"id": "\u0667", "properties": {}},  # a seven in Arabic
        {"id": "7"},
        {"id": "7", "properties": []},
        "7",
    ],
)
def test_a_contact_that_is_none_is_not_written_to(result: Any) -> None:
    """A result without a number for an id or without properties is unreadable, not absent."""
    api, _ = api_of(json_answer({"status": "COMPLETE", "results": [result]}))

    with pytest.raises(RetryableError) as caught:
        api.contacts(["a"], by="email", properties=[], job=job())

    assert caught.value.reason == "hubspot_unreadable"


def test_pages_of_notes_continue_by_the_cursor() -> None:
    """The cursor goes beside the contact's id, and notes of two pages are read together."""
    api, transport = api_of(
        notes_page("1", after="A"),
        notes_page("2", after="B"),
        notes_page("3"),
        note_bodies("x", None, "z"),
    )

    assert list(api.note_bodies("7", job())) == ["x", "", "z"]

    inputs = [json.loads(each.content)["inputs"] for each in transport.requests]
    assert inputs == [
        [{"id": "7"}],
        [{"id": "7", "after": "A"}],
        [{"id": "7", "after": "B"}],
        [{"id": "1"}, {"id": "2"}, {"id": "3"}],
    ]


def _page(**result: Any) -> httpx2.Response:
    return json_answer(complete({"from": {"id": "7"}, "to": [], **result}))


@pytest.mark.parametrize(
    "answers",
    [
        (_page(paging={"next": {}}),),
        (_page(paging={"next": "A"}),),
        (_page(paging={"next": {"after": 5}}),),
        (_page(to=[{}]),),
        (_page(to=None),),
        (_page(**{"from": {"id": "8"}}),),
        (_page(**{"from": None}),),
        (json_answer(complete({})),),
        (json_answer(complete("7")),),
        (json_answer({"results": []}),),
        (json_answer({"status": "COMPLETE", "results": None}),),
        (json_answer({"status": "COMPLETE"}),),
        (json_answer(EMPTY, 202),),
        (json_answer(complete(errors=[{"category": None}]), 207),),
        (json_answer(complete(errors="none"), 207),),
        (httpx2.Response(200, content=b"<html>"),),
        (httpx2.Response(200, content=b"[" * 100_000),),
        (notes_page("1"), json_answer(complete({"id": "1"}))),
        (notes_page("1"), json_answer(complete("1"))),
        (notes_page("1"), json_answer(complete({"id": "2", "properties": {}}))),
        (notes_page("1"), json_answer(complete({"properties": {}}))),
        (notes_page("1"), json_answer(EMPTY | {"status": "CANCELED"})),
    ],
)
def test_notes_that_cannot_be_read_are_not_taken_for_none(
    answers: tuple[httpx2.Response, ...],
) -> None:
    """An answer that is not as documented ends the run, because a second note could follow."""
    api, _ = api_of(*answers)

    with pytest.raises(RetryableError) as caught:
        list(api.note_bodies("7", job()))

    assert caught.value.reason == "hubspot_unreadable"


def test_a_cursor_that_stands_still_ends_the_run_at_once() -> None:
    """The same page is not asked for a second time."""
    api, transport = api_of(notes_page("1", after="A"))

    with pytest.raises(RetryableError, match="where its next page starts"):
        list(api.note_bodies("7", job()))

    assert len(transport.requests) == 2

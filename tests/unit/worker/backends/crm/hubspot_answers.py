"""Answers of HubSpot for tests that need no stand-in."""

from typing import Any

import httpx2

from tests.unit.worker.build import Answers, client
from worker.backends.crm.hubspot.client import HubSpotClient


EMPTY = {"status": "COMPLETE", "results": []}
NOT_FOUND = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "x"}
TRACE = "aeb5f871-7f07-4993-9211-075dc63e7cbf"


def api_of(*answers: httpx2.Response | Exception) -> tuple[HubSpotClient, Answers]:
    """Make a client and the transport that answers it."""
    transport = Answers(*answers)
    return HubSpotClient("https://h.test", "token-1", client=client(transport)), transport


def json_answer(body: Any, status: int = 200) -> httpx2.Response:
    """Answer with JSON."""
    return httpx2.Response(status, json=body)


def own(status: int, category: str = "VALIDATION_ERROR", **more: Any) -> httpx2.Response:
    """Answer with an error as HubSpot writes them."""
    error = {"status": "error", "message": "x", "category": category, "correlationId": TRACE}
    return json_answer({**error, **more}, status)


def complete(*results: Any, **more: Any) -> dict[str, Any]:
    """Write a whole batch."""
    return {**EMPTY, "results": list(results), **more}


def notes_page(*ids: str, after: str | None = None) -> httpx2.Response:
    """Answer with a page of a contact's notes."""
    paging = {"paging": {"next": {"after": after, "link": "https://elsewhere.test"}}}
    result = {"from": {"id": "7"}, "to": [{"toObjectId": each} for each in ids]}
    return json_answer(complete(result | (paging if after else {})))


def note_bodies(*texts: str | None) -> httpx2.Response:
    """Answer with what the notes 1, 2, 3, … say."""
    return json_answer(
        complete(
            *(
                {"id": str(number), "properties": {"hs_note_body": text}}
                for number, text in enumerate(texts, start=1)
            )
        )
    )

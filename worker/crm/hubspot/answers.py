"""Reading HubSpot's answers: what is not as documented is never read as "there is none"."""

from datetime import datetime
from typing import Any

import httpx

from worker.crm.hubspot.refusals import is_not_found, refusal, unreadable


def batch_results(answer: httpx.Response, now: datetime) -> list[dict[str, Any]]:
    """
    Read the results of a batch read.

    What is not found stands among the errors of a 207 ("Error handling": multi-status
    errors), or makes the answer a 404 if nothing else was asked for. Any other error says
    nothing about whether the record is there.
    """
    if is_not_found(answer):
        return []
    if not answer.is_success:
        raise refusal(answer, now)
    batch = document(answer)
    if batch.get("status", "COMPLETE") != "COMPLETE":
        raise unreadable("is not complete")
    errors = objects_in(batch, "errors") if batch.get("errors") is not None else []
    if any(error.get("category") != "OBJECT_NOT_FOUND" for error in errors):
        raise unreadable("holds errors of single records")
    return objects_in(batch, "results")


def next_page(result: dict[str, Any], current: str | None) -> str | None:
    """Read where the next page of a record's associations starts; None after the last one."""
    paging = result.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    if following is None:
        return None
    after = following.get("after") if isinstance(following, dict) else None
    if not isinstance(after, str) or not after or after == current:
        raise unreadable("does not say where its next page starts")
    return after


def document(answer: httpx.Response) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise unreadable("is not a JSON object")
    return found


def objects_in(container: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Read a list of objects."""
    found = container.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise unreadable(f"has no list of {name}")
    return found

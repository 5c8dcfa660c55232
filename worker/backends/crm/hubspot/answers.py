"""Reading HubSpot's answers: what is not as documented is never read as "there is none"."""

from collections.abc import Collection
from typing import Any

from worker.backends.crm.hubspot.refusals import unreadable


def batch_results(batch: dict[str, Any] | None) -> list[dict[str, Any]]:
    """
    Read the results of a batch read; None says that nothing of it was found.

    An error other than "not found" says nothing about whether the record is there.
    """
    if batch is None:
        return []
    errors = objects_in(batch, "errors") if batch.get("errors") is not None else []
    if any(error.get("category") != "OBJECT_NOT_FOUND" for error in errors):
        raise unreadable("holds errors of single records")
    return objects_in(batch, "results")


def notes_in(batch: dict[str, Any] | None, wanted: Collection[str]) -> list[str]:
    """Read what notes say; each must be one of the wanted ones."""
    bodies = []
    for note in batch_results(batch):
        properties = note.get("properties")
        if not isinstance(properties, dict):
            raise unreadable("holds a note without properties")
        if str(note.get("id")) not in wanted:
            raise unreadable("holds a note that was not asked for")
        bodies.append(str(properties.get("hs_note_body") or ""))
    return bodies


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


def is_of(result: dict[str, Any], record: str) -> bool:
    """Return whether these are a record's associations."""
    start = result.get("from")
    return isinstance(start, dict) and str(start.get("id")) == record


def objects_in(container: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Read a list of objects."""
    found = container.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise unreadable(f"has no list of {name}")
    return found

"""
What HubSpot's own answers are, by call; any other answer is not believed
(`worker.http_client.answers`).

Source: HubSpot's public API specification, version 2026-09 (Contacts, Notes, Associations,
Properties) and "Error handling". An error has `message`, `category` and `correlationId`; the
documentation warns that fields may be missing, and shows a rate limit without `category`.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from worker.http_client.answers import ACCOUNT, PASSING, Call


Json = dict[str, Any]

#: HubSpot moves the account between data centres ("Error handling"): 477 passes too.
_PASSING: Final = PASSING | ACCOUNT | {477}

_SLUG: Final = re.compile(r"[A-Z][A-Z_]{2,59}", re.ASCII)


def own_error(_status: int, content: Any) -> bool:
    """Return whether HubSpot wrote an error: it has a message, and a category or trace id."""
    if not isinstance(content, dict) or not isinstance(content.get("message"), str):
        return False
    return category(content) is not None or isinstance(content.get("correlationId"), str)


def category(content: Any) -> str | None:
    """Read the slug that groups errors, such as VALIDATION_ERROR; None if there is none."""
    slug = content.get("category") if isinstance(content, dict) else None
    return slug if isinstance(slug, str) and _SLUG.fullmatch(slug) else None


def batch() -> Call:
    """
    Describe a batch read.

    What is not found is among the errors of a 207 ("Error handling": multi-status errors),
    or makes the answer a 404 if nothing else was requested.
    """
    return _call(is_batch, statuses=frozenset({200, 207}), missing=_is_not_found)


def record_set(name: str) -> Call:
    """Describe a call that sets properties of a record; the same again changes nothing."""
    return _call(
        lambda content: content.get("id") == name and _is_record(content), missing=_is_not_found
    )


def note_made(marker: str) -> Call:
    """Describe the call that makes a note with a marker; sent again it would make a second one."""

    def made(content: Json) -> bool:
        shown = content["properties"].get("hs_note_body") if _is_record(content) else ""
        return shown is None or marker in str(shown)

    return _call(made, statuses=_CREATED, missing=_is_not_found, changes=True)


def property_made(name: str) -> Call:
    """Describe the call that creates a property; sent again it is refused, and creates nothing."""
    return _call(lambda content: _is_property(content, name), statuses=_CREATED)


def property_read(name: str) -> Call:
    """Describe the call that reads how a property is defined."""
    return _call(lambda content: _is_property(content, name))


def is_batch(content: Json) -> bool:
    """Return whether this is a whole batch, so that nothing else is read as an empty one."""
    results = content.get("results")
    return (
        content.get("status") == "COMPLETE"
        and isinstance(results, list)
        and all(isinstance(each, dict) for each in results)
    )


#: The specification says 201, the documentation in general 200.
_CREATED: Final = frozenset({200, 201})


def _call(
    gives: Callable[[Json], bool],
    *,
    statuses: frozenset[int] = frozenset({200}),
    missing: Callable[[Any], bool] = lambda _: False,
    changes: bool = False,
) -> Call:
    return Call(
        gives=lambda content: isinstance(content, dict) and gives(content),
        wrote=own_error,
        missing=missing,
        changes=changes,
        statuses=statuses,
        passing=_PASSING,
    )


def _is_not_found(content: Any) -> bool:
    """Return whether a record does not exist; an unknown address has no such category."""
    return category(content) == "OBJECT_NOT_FOUND"


def _is_record(content: Json) -> bool:
    return isinstance(content.get("id"), str) and isinstance(content.get("properties"), dict)


def _is_property(content: Json, name: str) -> bool:
    return content.get("name") == name and isinstance(content.get("type"), str)

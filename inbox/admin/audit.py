"""The record of what operators did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbox.model.time import moment
from inbox.store.client import StoreClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who did what, when, why, and the result if it was done to many."""

    at: datetime | None
    who: str
    action: str
    what: str
    why: str
    result: str


def recent(client: StoreClient, number: int) -> list[Entry]:
    """Return the newest entries, newest first."""
    found: Any = client.xrevrange(client.names.audit, count=number)
    return [_entry(*each) for each in found]


def _entry(entry_id: bytes, found: dict[bytes, bytes]) -> Entry:
    words = {key.decode(): value.decode("utf-8", "replace") for key, value in found.items()}
    return Entry(
        at=moment(float(entry_id.partition(b"-")[0])),
        **{name: words.get(name, "") for name in ("who", "action", "what", "why", "result")},
    )

from dataclasses import dataclass
from datetime import datetime

from schemas.fields import UnknownValue
from schemas.vocabulary import EventChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class EventUser:
    """The person who caused an event in Voucherify's dashboard."""

    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAPIKey:
    """The key with which a program caused an event."""

    name: str | None = None
    app_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """Where an event was caused, and by whom."""

    channel: EventChannel | UnknownValue | None = None
    user: EventUser | None = None
    api_key: EventAPIKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReference:
    """
    Which event this is: the `event` object of the envelope.

    `created_at` is when it happened; for an assignment that was deleted it is the only
    time of the deletion. `entity_id` is the customer for events named `customer.*`,
    `group_id` the request that caused the event.
    """

    id: str
    type: str
    created_at: datetime
    entity_id: str | None = None
    group_id: str | None = None
    event_source: EventSource | None = None

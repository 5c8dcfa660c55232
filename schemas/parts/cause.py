from dataclasses import dataclass
from datetime import datetime

from schemas.fields import UnknownValue
from schemas.vocabulary_of_orders import EventCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Another event, which caused this one (`SimpleEvent`)."""

    id: str | None = None
    type: str | None = None
    category: EventCategory | UnknownValue | None = None
    entity_id: str | None = None
    created_at: datetime | None = None
    group_id: str | None = None

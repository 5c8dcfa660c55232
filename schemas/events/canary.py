from dataclasses import dataclass

from schemas.event_reference import EventReference
from schemas.fields import PartSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """An event of our own, sent at `event.created_at` to see that all goes its way."""

    event: EventReference
    unreadable: tuple[str, ...] = ()


class CanarySchema(PartSchema[Canary]):
    """Reads `Canary`; its `data` holds nothing."""

    makes = Canary

from dataclasses import dataclass

from schemas.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary(Event):
    """An event of our own, sent at `event.created_at` to see that all goes its way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A group of customers (`SimpleSegment`); the specification requires its id."""

    id: str
    name: str | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEvent:
    """What a customer did to earn a reward."""

    segment: Segment | None = None
    event_type: str | None = None

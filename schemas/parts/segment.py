from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A group of customers (`SimpleSegment`)."""

    id: str | None = None
    name: str | None = None
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEvent:
    """What a customer did to earn a reward."""

    segment: Segment | None = None
    event_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedSegment(Segment):
    """The segment that an event is about."""

    id: str

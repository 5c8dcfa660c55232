"""Bodies of the usual size, to measure with."""

from random import Random
from typing import Any, Final

from tests.unit.schemas.shapes.bodies import Bodies
from tests.unit.schemas.shapes.walk import needed


#: Of the optional fields; with these, bodies have somewhat more of them than the examples.
KEPT: Final = 0.5


def typical_bodies(event_type: str, number: int) -> list[dict[str, Any]]:
    """Make bodies in which is null what is null in the published example."""
    strict = needed(event_type)
    makers = (
        Bodies(event_type=event_type, random=Random(seed), kept=KEPT, needed=strict, typical=True)
        for seed in range(number)
    )
    return [maker.body() for maker in makers]


def leaves(value: Any) -> int:
    """Count what a body holds besides objects and lists."""
    inner = value.values() if isinstance(value, dict) else value
    return sum(map(leaves, inner)) if isinstance(value, dict | list) else 1

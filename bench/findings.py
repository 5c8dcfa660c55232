"""What a measurement gives: a figure's value, and all that it was made of."""

from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to measure."""

    rounds: int
    backlog: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One figure.

    Attributes:
        value: what is held against the goal.
        rounds: its value in each round; the median is what counts.
        sides: the median of each side, in `unit`.
        series: points to draw, by name.
    """

    value: float
    rounds: list[float] = field(default_factory=list)
    sides: dict[str, float] = field(default_factory=dict)
    unit: str = ""
    series: dict[str, list[list[float]]] = field(default_factory=dict)


def compared(sides: dict[str, list[float]], one: str, other: str, unit: str) -> Finding:
    """Compare two sides round by round: what slowed the machine slowed both."""
    rounds = [mine / its for mine, its in zip(sides[one], sides[other], strict=True)]
    medians = {name: median(values) for name, values in sides.items()}
    return Finding(value=median(rounds), rounds=rounds, sides=medians, unit=unit)

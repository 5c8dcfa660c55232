from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    count: int
    seconds: float

    @classmethod
    def of(cls, parsed: tuple[int, float]) -> "Rate":
        """Make one of a number and seconds."""
        return cls(*parsed)

    @property
    def ms(self) -> int:
        """The time in ms."""
        return int(self.seconds * 1000)

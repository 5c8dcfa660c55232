import random
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one sendout."""

    lost: bool = False
    wait_seconds: float = 0.0
    copies: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishaps:
    """
    Which share of the webhooks never leaves, leaves late, or arrives more often than once.

    A lost one is noted as such and never tried: to the receiver it is as if Voucherify did
    not send this event at all. `repeat` is how many times more the same bytes are sent.
    """

    lose: float = 0.0
    delay_seconds: float = 0.0
    delay_share: float = 1.0
    repeat: int = 0
    repeat_share: float = 1.0
    seed: int = 1

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read the mishaps from JSON.

        Raises:
            ValueError: When a share is none, or something is less than nothing.
        """
        mishaps = cls(**value)
        shares = (mishaps.lose, mishaps.delay_share, mishaps.repeat_share)
        if not all(0 <= each <= 1 for each in shares):
            raise ValueError("A share is from 0 to 1.")
        if mishaps.delay_seconds < 0 or mishaps.repeat < 0:
            raise ValueError("Neither a delay nor a number of repeats is less than 0.")
        return mishaps

    @classmethod
    def names(cls) -> set[str]:
        """Name the fields."""
        return {each.name for each in fields(cls)}

    def draw(self, dice: random.Random) -> Fate:
        """Decide about one sendout, by three throws each time, so that no dial moves another."""
        lost, late, repeated = dice.random(), dice.random(), dice.random()
        return Fate(
            lost=lost < self.lose,
            wait_seconds=self.delay_seconds if late < self.delay_share else 0.0,
            copies=self.repeat if repeated < self.repeat_share else 0,
        )

    def as_json(self) -> dict[str, Any]:
        """Tell all of them."""
        return asdict(self)

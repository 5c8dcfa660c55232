"""Faults of webhooks: a share of all, by a seeded random choice."""

import random
from dataclasses import dataclass
from typing import Any, Self

from sandbox.faults.fault import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """
    Which share of the webhooks never leaves, leaves late, or arrives more often than once.

    A lost one is recorded as such and never tried: to the receiver it is as if Voucherify did
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
        Read the shares from JSON.

        Raises:
            ValueError: When a share is none, or something is less than nothing.
        """
        read = cls(**value)
        if not all(0 <= each <= 1 for each in (read.lose, read.delay_share, read.repeat_share)):
            raise ValueError("A share is from 0 to 1.")
        if read.delay_seconds < 0 or read.repeat < 0:
            raise ValueError("Neither a delay nor a number of repeats is less than 0.")
        return read


class WebhookFaults:
    """Decides about each webhook; the same seed lets the same ones go wrong."""

    def __init__(self, shares: Shares | None = None) -> None:
        self.shares = shares or Shares()
        self._random = random.Random(self.shares.seed)

    def take(self) -> Fault:
        """Decide about one webhook, by three draws each time, so that no share moves another."""
        shares = self.shares
        lost, late, repeated = (self._random.random() for _ in range(3))
        return Fault(
            applies=lost >= shares.lose,
            wait_seconds=shares.delay_seconds if late < shares.delay_share else 0.0,
            copies=shares.repeat if repeated < shares.repeat_share else 0,
        )

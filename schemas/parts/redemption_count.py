from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionCount:
    """How often a code may be redeemed, None being without limit, and how often it was."""

    quantity: int | None = None
    redeemed_quantity: int | None = None

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyCard:
    """The points of a loyalty card. `next_expiration_date` is a date without a time."""

    points: int | None = None
    balance: int | None = None
    next_expiration_date: str | None = None
    next_expiration_points: int | None = None
    pending_points: int | None = None
    expired_points: int | None = None
    subtracted_points: int | None = None

"""How a referral tier rewards: what the reference leaves open, each as it may be."""

from dataclasses import dataclass
from typing import Any, Self


_ALLOWED = {
    "balance": {"unit", "null", "both"},
    "names": {"both", "customer", "customer_id"},
    "about": {"code", "card"},
    "reward_as": {"parameters", "voucher"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TierHabits:
    """
    When a tier gives something and what `customer.rewarded` then says.

    Source: "Referral program overview" and "Create referral campaign" for the milestone, the
    event's schema for the rest.
    """

    # After so many unique referees, once ("Minimum unique referee redemptions"); else for each.
    minimum: int | None = None
    # How many equal rewards one conversion gives, as equal tiers of one campaign do.
    times: int = 1
    # {"amount": 300}, null, or {"amount": 300, "points": 0}.
    balance: str = "unit"
    # By what the redemption names the referee: `customer_id`, `customer.id` or both.
    names: str = "both"
    # Whether `voucher` is the referral code or the card that the reward is on.
    about: str = "code"
    # Whether the reward names the campaign of the card (`parameters`) or the card (`voucher`).
    reward_as: str = "parameters"

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read the habits from JSON.

        Raises:
            ValueError: When one is none that occurs.
        """
        habits = cls(**value)
        for name, allowed in _ALLOWED.items():
            if getattr(habits, name) not in allowed:
                raise ValueError(f"The {name} of a tier is one of {', '.join(sorted(allowed))}.")
        return habits

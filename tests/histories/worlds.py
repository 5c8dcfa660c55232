"""How the worlds of histories begin, and what their rewards, tiers and projects are like."""

from typing import Any, Final, NamedTuple


REWARDS: Final[tuple[dict[str, Any] | None, ...]] = (
    {"type": "GIFT_VOUCHER", "amount": 500},
    {"type": "LOYALTY_CARD", "amount": 250},
    {"type": "GIFT_VOUCHER", "amount": 300},
    None,
)

TIERS: Final[tuple[dict[str, Any] | None, ...]] = (
    None,
    {"type": "GIFT_VOUCHER", "amount": 200},
    {"type": "LOYALTY_CARD", "amount": 90},
    {"type": "DISCOUNT_VOUCHER"},
    {"type": "GIFT_VOUCHER", "amount": 210, "linked": False},
    {"type": "MATERIAL"},
)

#: How the reward is given, beside its type and amount.
STYLES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"names_conversion": True},
    {"stamp_ms": -800},
    {"beside": 70},
    {"published": True},
    {"waits_for_conversion": True},
    {"waits_for_conversion": True, "names_conversion": True},
)

#: How a tier's reward is given and reported.
TIER_STYLES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"minimum": 2},
    {"times": 2},
    {"balance": "null"},
    {"balance": "both"},
    {"names": "customer"},
    {"reward_as": "voucher"},
    {"about": "card"},
)

#: How the project and its campaigns are set up.
PROJECTS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"metadata_put": "replace"},
    {"defined_metadata": ["note"]},
    {"rest": {"digits": 6}},
)

#: What a rollback meets, or does to rewards.
ROLLBACKS: Final = (None, "reverses", "multiple_requests", "failure", "parent")

#: What stands in the metadata of every customer, and must stay.
OTHER_METADATA: Final = {"note": "prefers oolong"}


class Beginning(NamedTuple):
    """How it begins."""

    reward: int
    tier: int
    shows_reward: bool
    codes: int
    assigned: int
    style: int = 0
    tier_style: int = 0
    project: int = 0
    rollback: int = 0
    converts_by: str = "redemption"

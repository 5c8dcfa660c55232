"""What was looked up before deciding: frozen values, read leniently from the API's answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Presence(Enum):
    """Where the assignment stands now, by the code's own list of holders."""

    GONE = "gone"
    #: This very assignment is still listed: the event is stale, or a replica lags.
    STILL_ASSIGNED = "still assigned"
    #: The customer was assigned again since; what the old assignment gave is still owed.
    ASSIGNED_AGAIN = "assigned again"
    #: The code itself no longer exists.
    CODE_GONE = "code gone"
    #: Neither the customer nor the code is known: keys of another project or region?
    NOTHING_KNOWN = "nothing known"


class RewardKind(Enum):
    """What a referral tier gave a referrer (Voucherify documentation: Referral campaigns)."""

    COUPON = "coupon"
    CREDITS = "credits"
    POINTS = "points"
    MATERIAL = "material"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Card:
    """A card that a customer holds; type is GIFT_VOUCHER or LOYALTY_CARD."""

    id: str
    type: str
    campaign: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """
    Something that was put on a card while the assignment lasted.

    Attributes:
        amount: cents or points.
        automatic: False if a person or a program of the shop put it there.
    """

    card: Card
    transaction: str
    amount: int
    at: datetime
    automatic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferrerReward:
    """
    What a referrer got for a referee.

    Attributes:
        id: of the activity that tells of it.
        target: voucher id of the coupon or of the card; None if it is not told.
        transaction: of credits or points; None if it is not told.
        amount: cents or points; None for coupons and material rewards.
        referee: the customer whose conversion earned it; None if it is not told.
        at: when it was given; None if that cannot be read.
    """

    id: str
    kind: RewardKind
    target: str | None
    transaction: str | None
    amount: int | None
    referee: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Code:
    """A referral code as it is now."""

    id: str
    active: bool
    owners: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """
    All that was looked up for one event; what was not asked for is empty.

    Attributes:
        removals: names of what was taken off the customer's cards since the assignment.
        elsewhere: when another code took the customer on as its referee meanwhile.
    """

    presence: Presence
    additions: tuple[Addition, ...] = ()
    removals: frozenset[str] = frozenset()
    elsewhere: datetime | None = None
    referrer_rewards: tuple[ReferrerReward, ...] = ()
    redemptions: tuple[str, ...] = ()
    code: Code | None = None
    customer_exists: bool = True

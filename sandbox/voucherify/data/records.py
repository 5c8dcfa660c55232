from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sandbox.voucherify.data.causes import BY_HAND, Why
from sandbox.voucherify.data.habits import TierHabits
from sandbox.voucherify.data.ordered import Ordered
from sandbox.voucherify.data.triggers import Trigger


class VoucherType(StrEnum):
    """The three kinds of voucher; the cards are the two that hold a balance."""

    CODE = "DISCOUNT_VOUCHER"
    GIFT = "GIFT_VOUCHER"
    LOYALTY = "LOYALTY_CARD"


#: What a referral code takes off the referee's own order, in cents.
DISCOUNT = {"type": "AMOUNT", "effect": "APPLY_TO_ORDER", "amount_off": 700}


class Role(StrEnum):
    """What a customer is to a redeemable."""

    OWNER = "OWNER"
    REFERRER = "REFERRER"
    REFEREE = "REFEREE"


@dataclass(slots=True)
class Customer:
    """A customer, with the referrals that brought them."""

    id: str
    source_id: str | None
    name: str | None
    email: str | None
    created_at: datetime
    updated_at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)
    referrals: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reward:
    """What a referral programme gives a referee, onto a card of another campaign."""

    type: VoucherType
    amount: int
    campaign_id: str
    transaction_type: str
    # Given as a new card with the amount on it, which no transaction shows.
    published: bool = False
    # What the transaction's details name: nothing, or what converted the referee.
    names_conversion: bool = False
    # How long after the conversion its moment is; before it, if negative.
    stamp_ms: int = 40
    # Whether an assignment by the API is paid at once, or only when the referee converts.
    waits_for_conversion: bool = False
    # What an earning rule puts on the same card at the same moment.
    beside: int = 0


#: The reward of a tier that is a thing; the other kinds are those of vouchers.
MATERIAL = "MATERIAL"


@dataclass(frozen=True, slots=True)
class Tier:
    """What a referral tier gives the referrer for each person who converts."""

    id: str
    reward_id: str
    kind: str
    amount: int
    campaign_id: str | None
    transaction_type: str
    # Whether the event names the referee; that it does is not documented.
    linked: bool
    habits: TierHabits = field(default_factory=TierHabits)


@dataclass(frozen=True, slots=True)
class TierReward:
    """What a referrer got for one referee; the truth that tests compare with."""

    activity_id: str
    holder_id: str
    referrer_id: str
    referee_id: str
    kind: str
    amount: int
    voucher_id: str | None
    transaction_id: str | None
    group_id: str
    linked: bool
    # The referees who together reached the milestone, if it is one.
    milestone: tuple[str, ...] = ()
    tier_id: str = ""


@dataclass(slots=True)
class Campaign:
    """A referral programme, or the campaign that its reward cards belong to."""

    id: str
    name: str
    campaign_type: str
    voucher_type: VoucherType
    created_at: datetime
    updated_at: datetime
    reward: Reward | None = None
    # Voucherify's own examples of the webhook leave the reward out of the campaign.
    shows_reward: bool = False
    tier: Tier | None = None
    # What makes a customer a referee: "redemption", or the name of a custom event.
    converts_by: str = "redemption"
    # What each of its cards is published with.
    card_amount: int = 0
    # Whose referral reward a rollback takes back by itself: "referee", "referrer", "both".
    rollback_reverses: str | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """One change of a card's balance."""

    id: str
    source_id: str | None
    source: str | None
    reason: str | None
    type: str
    amount: int
    balance: int
    total: int
    operation_type: str
    created_at: datetime
    # What `details` says beside the balance.
    details: dict[str, Any] = field(default_factory=dict)
    related_id: str | None = None
    # What the books know; no answer shows it.
    why: Why = BY_HAND
    # Whether it is in the card's list: an amount that a card was published with is not.
    listed: bool = True

    @property
    def listed_id(self) -> str | None:
        """Its id in the card's list, None if it is not in it."""
        return self.id if self.listed else None


@dataclass(slots=True)
class Voucher:
    """A referral code, a gift card (cents) or a loyalty card (points)."""

    id: str
    code: str
    type: VoucherType
    campaign_id: str
    holder_id: str | None
    created_at: datetime
    updated_at: datetime
    referrer_id: str | None = None
    active: bool = True
    credited: int = 0
    spent: int = 0
    subtracted: int = 0
    expired: int = 0
    uses: int = 0
    # What it was published with, which no transaction shows.
    opening: Transaction | None = None
    transactions: Ordered[Transaction] = field(default_factory=Ordered)

    @property
    def balance(self) -> int:
        """What is left."""
        return self.credited - self.subtracted - self.expired - self.spent

    @property
    def is_referral_code(self) -> bool:
        """Whether this is a referral code."""
        return self.referrer_id is not None


@dataclass(frozen=True, slots=True)
class Grant:
    """What an assignment earned: how much, onto which card, by which transaction."""

    card_id: str
    transaction: Transaction


@dataclass(slots=True)
class Holder:
    """One assignment of a customer to a redeemable."""

    id: str
    customer_id: str
    voucher_id: str
    campaign_id: str
    campaign_type: str
    voucher_type: VoucherType
    role: Role
    created_at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)
    grant: Grant | None = None
    # What made a referee a converted one.
    trigger: Trigger | None = None
    ended_at: datetime | None = None
    # Which of its fields the API shows as null.
    nulls: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that happened to a customer."""

    id: str
    type: str
    data: dict[str, Any]
    event_source: dict[str, Any]
    group_id: str
    campaign_id: str | None
    campaign_type: str | None
    created_at: datetime
    # A fault of the activity: no part of what happened here.
    is_stray: bool = False

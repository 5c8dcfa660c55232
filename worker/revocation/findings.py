"""What was looked up before deciding: frozen values, read leniently from the API's answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from worker.revocation.cards import Statement


class Presence(Enum):
    """Where the assignment stands now, by the code's own list of holders."""

    GONE = "gone"
    #: This very assignment is still listed: the event is stale, or a replica lags.
    STILL_ASSIGNED = "still assigned"
    #: The customer was assigned again since; what the old assignment gave is still to be taken.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """
    What a campaign gives referees ("Get campaign", and the campaign in the event).

    Attributes:
        type: GIFT_VOUCHER, LOYALTY_CARD or DISCOUNT_VOUCHER; None if it is not said.
        amount: cents or points; None if it is not said.
        campaign: whose cards it goes to; None if it is not said.
        in_event: whether the event itself said so, which it does as of the removal.
        edited: when the campaign was last changed; None if that is not known.
    """

    type: str | None
    amount: int | None
    campaign: str | None
    in_event: bool
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """
    The redemption or custom event by which a customer came through a campaign.

    Source: `referrals.campaigns[]` of "Get customer": `related_object_id`, `related_object_type`,
    `date` and `referrer_id`.
    """

    id: str
    campaign: str
    by_event: bool
    at: datetime | None
    referrer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferrerReward:
    """
    What a referrer got for a referee.

    Attributes:
        id: of the activity that reports it.
        target: voucher id of the coupon or of the card; None if it is not said.
        transaction: of credits or points; None if it is not said.
        amount: cents or points; None for coupons and material rewards.
        referee: the customer whose conversion earned it; None if it is not said.
        at: when it was given; None if that cannot be read.
        tier: the referral tier's name, or else its id.
        milestone: whether it was given for several referees together.
        count: how many, if that is said.
        rolled_back: whether Voucherify rolled it back itself.
        named_campaign: whether it is said which campaign gave it.
    """

    id: str
    kind: RewardKind
    target: str | None
    transaction: str | None
    amount: int | None
    referee: str | None
    at: datetime | None
    tier: str = ""
    milestone: bool = False
    count: int | None = None
    rolled_back: bool = False
    named_campaign: bool = True


@dataclass(frozen=True, slots=True)
class Code:
    """A referral code, or a coupon, as it is now."""

    id: str
    active: bool
    owners: frozenset[str]
    used_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """
    All that was looked up for one event; what was not asked for is empty.

    Attributes:
        statements: of the customer's cards.
        promise: what the campaign gives referees; None if nobody says.
        conversions: None if they were not asked for.
        elsewhere: when other codes took the customer on as their referee.
        refers: whether the customer has a referral code too, and may be rewarded for others.
        referrer_cards: of the referrer, those that a reward to be taken back was put on.
    """

    presence: Presence
    statements: tuple[Statement, ...] = ()
    promise: Promise | None = None
    conversions: tuple[Conversion, ...] | None = None
    elsewhere: tuple[datetime, ...] = ()
    refers: bool = False
    referrer_cards: tuple[Statement, ...] = ()
    referrer_rewards: tuple[ReferrerReward, ...] = ()
    code: Code | None = None
    customer_exists: bool = True

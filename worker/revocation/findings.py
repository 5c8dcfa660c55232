"""What was read before deciding: frozen values, read leniently from the API's answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from worker.revocation.cards import UNITS, Card, Statement


#: What stands for a promised type that is not documented.
UNKNOWN_TYPE: Final = "unknown"


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
        type: one of Voucherify's types of vouchers, or UNKNOWN_TYPE; None if not said.
        amount: cents or points; None if not said.
        campaign: whose cards it goes to; None if not said.
        in_event: whether the event itself said so, as of the removal.
        edited: when the campaign was last changed; None if unknown.
    """

    type: str | None
    amount: int | None
    campaign: str | None
    in_event: bool
    edited: datetime | None = None

    def fits(self, card: Card, amount: int) -> bool:
        """Return whether so much on this card is what was promised."""
        return (
            self.amount == amount
            and self.type in {None, card.type}
            and self.campaign in {None, card.campaign}
        )

    def stood(self, at: datetime) -> bool:
        """Return whether the campaign promised the same at that time."""
        return self.in_event or bool(self.edited and self.edited < at)

    @property
    def words(self) -> str:
        """The promise in words."""
        of = f" on a card of campaign {self.campaign}" if self.campaign else ""
        return f"{self.amount} {UNITS.get(self.type or '', '')}".strip() + of


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
        target: voucher id of the coupon or of the card; None if not said.
        transaction: of credits or points; None if not said.
        amount: cents or points; None for coupons and material rewards.
        referee: the customer whose conversion earned it; None if not said.
        at: when it was given; None if that cannot be read.
        tier: the referral tier's name, or else its id.
        milestone: whether it was given for several referees together.
        count: how many; None if not said.
        rolled_back: whether Voucherify rolled it back itself.
        named_campaign: whether the activity names the campaign that gave it.
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
    All that was read for one event; what was not needed is empty.

    Attributes:
        statements: of the customer's cards.
        promise: what the campaign gives referees; None if unknown.
        conversions: None if they were not needed.
        elsewhere: when the customer became the referee of other codes.
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

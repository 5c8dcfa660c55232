"""Values of the ledger of effects (`inbox.ledger`)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from inbox.model.time import moment


class Perk(StrEnum):
    """What an effect is about: its name in the ledger, in metrics and in Voucherify's records."""

    ORDER_DISCOUNT = "order_discount"
    GIFT_CREDITS = "gift_credits"
    LOYALTY_POINTS = "loyalty_points"
    REFERRER_COUPON = "referrer_coupon"
    REFERRER_CREDITS = "referrer_credits"
    REFERRER_POINTS = "referrer_points"
    REFERRAL_CODE = "referral_code"
    CUSTOMER_MARK = "customer_mark"
    OWN_STEP = "own_step"


#: The same in words, for people.
PERKS: Final[dict[str, str]] = {
    Perk.ORDER_DISCOUNT: "the referee's discount",
    Perk.GIFT_CREDITS: "the referee's gift credits",
    Perk.LOYALTY_POINTS: "the referee's points",
    Perk.REFERRER_COUPON: "a coupon the referrer earned",
    Perk.REFERRER_CREDITS: "credits the referrer earned",
    Perk.REFERRER_POINTS: "points the referrer earned",
    Perk.REFERRAL_CODE: "the referral code",
    Perk.CUSTOMER_MARK: "a mark on the customer",
    Perk.OWN_STEP: "a step of an own handler",
}


class EffectState(StrEnum):
    """The state of an effect."""

    PLANNED = "planned"
    SENT = "sent"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One effect as the ledger has it; amounts in cents or points, ages in seconds."""

    id: str
    state: EffectState
    holder: str
    customer: str
    fields: dict[str, str]
    now_ms: int

    @classmethod
    def read(cls, effect: str, fields: dict[str, str], now_ms: int) -> "Effect":
        """Read one from its fields."""
        return cls(
            id=effect,
            state=EffectState(fields["state"]),
            holder=fields["holder"],
            customer=fields["customer"],
            fields=fields,
            now_ms=now_ms,
        )

    def number(self, name: str) -> int:
        """Return a whole number, 0 if it is not there yet."""
        return int(self.fields.get(name, "0"))

    def seconds_since(self, state: EffectState) -> float:
        """Return how long ago it entered a state; a long time if it never did."""
        return (self.now_ms - self.number(state.value)) / 1000

    def at(self, state: EffectState) -> datetime | None:
        """Return when it last entered a state."""
        return moment(self.fields.get(state.value, "").encode() or None)


@dataclass(frozen=True, slots=True)
class Left:
    """What was left on a card after our last change of it, in cents or points."""

    balance: int
    at: datetime

    @classmethod
    def parse(cls, text: str) -> "Left | None":
        """Return what the ledger stores as `<balance>:<time in ms>`; None for an empty text."""
        balance, _, at = text.partition(":")
        return cls(int(balance), moment(int(at))) if at else None


class Turn(StrEnum):
    """Whether a balance change may be made now."""

    BEGUN = "begun"
    CONFIRMED = "confirmed"
    BUSY = "busy"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """
    A balance change in the ledger, and whether it has its card.

    Attributes:
        turn: BEGUN if it has the card; CONFIRMED if it was made before; BUSY if another change
            has the card; CLAIMED if another effect took the same grant back.
        busy_seconds: for how long another change has had the card.
        left: what is known of the card from our last change of it, if that is not long ago.
        intact_since: the ledger has lost nothing since then; None if not asked for.
    """

    effect: Effect
    turn: Turn
    busy_seconds: float
    left: Left | None
    intact_since: datetime | None

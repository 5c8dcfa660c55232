"""A customer's cards and their transactions: frozen values, read by `worker.revocation.read`."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final


#: Types that put something on a card, beside transfers and refunds.
_ADDITIONS: Final = frozenset({"CREDITS_ADDITION", "POINTS_ADDITION", "POINTS_ACCRUAL"})

#: Voucher types that hold a balance, and where it stands in a voucher.
BALANCES: Final = {"GIFT_VOUCHER": "gift", "LOYALTY_CARD": "loyalty_card"}

#: What the amounts of a card are, by its type.
UNITS: Final = {"GIFT_VOUCHER": "cents", "LOYALTY_CARD": "points"}

#: The kind of what a card was published with.
OPENING: Final = "OPENING"


@dataclass(frozen=True, slots=True)
class Change:
    """A balance change of our own, as a card's transactions show it; moved is never negative."""

    name: str
    id: str
    moved: int


class Origin(Enum):
    """Where an addition says that it comes from."""

    #: Voucherify added it by itself and names no cause.
    AUTOMATIC = "automatic"
    #: A person, or a program of the shop, added it.
    BY_HAND = "by hand"
    #: An earning rule, a segment or a loyalty tier gave it.
    EARNED = "earned"
    #: It gives back what a redemption took.
    REFUNDED = "refunded"
    #: It names a redemption, an order or a custom event.
    CAUSED = "caused"
    #: It came by a channel that is not documented.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Card:
    """A card that a customer holds; type is GIFT_VOUCHER or LOYALTY_CARD."""

    id: str
    type: str
    campaign: str | None

    @property
    def unit(self) -> str:
        """What its amounts are: cents or points."""
        return UNITS[self.type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One transaction of a card.

    Attributes:
        kind: its type, such as CREDITS_ADDITION; OPENING for what a card was published with.
        amount: cents or points; negative if it was taken off.
        balance: what was on the card after it; None if unknown.
        name: `source_id`, which only manual operations have.
        redemption: id of the redemption that it names.
        custom_event: id of the custom event that it names.
        related: id of the transaction that it undoes or mirrors.
        moved_to: the card that a transfer went to; None if unknown.
    """

    id: str
    kind: str
    amount: int
    balance: int | None
    at: datetime
    origin: Origin
    name: str | None = None
    redemption: str | None = None
    custom_event: str | None = None
    related: str | None = None
    moved_to: str | None = None

    @property
    def is_addition(self) -> bool:
        """Whether it put something on the card that can be a reward."""
        return self.amount > 0 and (self.kind in _ADDITIONS or self.kind == OPENING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A transaction of which only a part can be read; its id is "?" for none."""

    id: str
    kind: str | None
    at: datetime | None
    ours: bool

    @property
    def may_be_addition(self) -> bool:
        """Whether it may have put something on the card that can be a reward."""
        return not self.ours and (self.kind is None or self.kind in _ADDITIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """
    A card and its transactions.

    Attributes:
        since: when it became this customer's; None if unknown.
        entries: newest first, back to a day before the assignment or further.
        balance: what is on the card now; None if unknown.
        opening: what the card held before its first entry; 0 if unknown.
        unreadable: entries that cannot be read, newest first.
        changes: balance changes of our own.
        read_at: when reading it began, by the store's clock.
    """

    card: Card
    since: datetime | None
    entries: tuple[Entry, ...] = ()
    balance: int | None = None
    opening: int = 0
    unreadable: tuple[Unread, ...] = ()
    changes: tuple[Change, ...] = ()
    read_at: datetime | None = None

    def change_named(self, name: str) -> Change | None:
        """Find our own balance change of that name."""
        return next((each for each in self.changes if each.name == name), None)

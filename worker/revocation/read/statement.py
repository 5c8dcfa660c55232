"""
A card's transactions, and what of one reward is still on the card.

Source: Voucherify API reference, "List voucher transactions", and its support article on
transactions. `source_id` and `reason` exist in manual operations only; POINTS_ACCRUAL is earned
through an earning rule; `details` names what caused an entry; `related_transaction_id` links a
removal or a transfer to the entry that it undoes or mirrors.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from worker.revocation.read.listed import OWN_NAMES, Change, amount_of, balance_after, changes_in
from worker.revocation.read.values import Json, moment, object_of, text, whole


#: Types that put something on a card, beside transfers and refunds.
_ADDITIONS: Final = frozenset({"CREDITS_ADDITION", "POINTS_ADDITION", "POINTS_ACCRUAL"})

#: Endings of types whose amount is taken off, whatever its sign.
_DECREASES: Final = ("_REMOVAL", "_REDEMPTION", "_EXPIRATION", "_TRANSFER_OUT")

#: Voucher types that hold a balance, and where it stands in a voucher.
BALANCES: Final = {"GIFT_VOUCHER": "gift", "LOYALTY_CARD": "loyalty_card"}


#: Who adds by hand: the API's callers and people at the dashboard.
_BY_HAND: Final = ("API", "voucherify-web-ui")

#: Channels that Voucherify's own additions name, if they name one.
_BY_ITSELF: Final = (None, "Automation")

#: `details` of what a customer earned otherwise. `holder_loyalty_tier` is none of them: it says
#: in which tier the holder was, whatever caused the entry.
_RULES: Final = ("earning_rule", "segment", "loyalty_tier")

#: `details` of a purchase, a refund, or points that were pending until an order was paid.
_PURCHASES: Final = ("order", "redemption", "reward", "pending_points", "custom_event")


class Origin(Enum):
    """What an addition says of where it comes from."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One transaction of a card.

    Attributes:
        kind: its type, such as CREDITS_ADDITION; OPENING for what a card was published with.
        amount: cents or points; negative if it was taken off.
        balance: what was on the card after it; None if it is not said.
        name: `source_id`, which only manual operations have.
        redemption: id of the redemption that it names.
        custom_event: id of the custom event that it names.
        related: id of the transaction that it undoes or mirrors.
        moved_to: the card that a transfer went to, as far as it is said.
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


OPENING: Final = "OPENING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A transaction that cannot be read as a whole: what of it can be; its id is "?" for none."""

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
    What is known of a card.

    Attributes:
        since: when it became this customer's; None if it is not said.
        entries: newest first, back to a day before the assignment or further.
        balance: what is on the card now; None if nothing says it.
        opening: what the card held before its first entry; 0 if that is not known.
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


def card_of(redeemable: Json, customer: str) -> Card | None:
    """Read a card out of a customer's redeemables; None if it is no card of their own."""
    kind, card = text(redeemable.get("voucher_type")), text(redeemable.get("redeemable_id"))
    if kind is None or kind not in BALANCES or card is None:
        return None
    if redeemable.get("holder_role") not in ("OWNER", None):
        return None
    if redeemable.get("customer_id") not in (customer, None):
        return None
    return Card(card, kind, text(redeemable.get("campaign_id")))


def statement_of(
    card: Card,
    redeemable: Json,
    transactions: Iterable[Json],
    *,
    whole: bool,
    read_at: datetime | None = None,
) -> Statement:
    """
    Put a card's transactions together, newest first.

    Args:
        card: whose they are.
        redeemable: how the customer holds it ("List customer's redeemables").
        transactions: as the API lists them, newest first.
        whole: whether they are all that there are.
        read_at: when reading them began.
    """
    entries, unreadable, listed = [], [], list(transactions)
    for transaction in listed:
        entry = entry_of(transaction)
        if entry is not None:
            entries.append(entry)
        else:
            unreadable.append(_unread(transaction))
    held = object_of(object_of(redeemable.get("redeemable")).get("voucher"))
    shown = balance_of(held, card)
    opening = 0
    if whole and not unreadable:
        oldest = entries[-1] if entries else None
        if oldest is None or oldest.balance is None:
            before = (shown or 0) - sum(each.amount for each in entries)
        else:
            before = oldest.balance - oldest.amount
        opening = max(before, 0)
    return Statement(
        card=card,
        since=moment(redeemable.get("created_at")),
        entries=tuple(entries),
        balance=balance_after(listed[0]) if listed else shown,
        opening=opening,
        unreadable=tuple(unreadable),
        changes=tuple(changes_in(listed)),
        read_at=read_at,
    )


def entry_of(transaction: Json) -> Entry | None:
    """Read a transaction; None if it lacks its id, type, time or amount."""
    kind, name = text(transaction.get("type")), text(transaction.get("id"))
    at = moment(transaction.get("created_at"))
    details = object_of(transaction.get("details"))
    balance, amount = amount_of(transaction)
    if kind is None or name is None or at is None or amount is None:
        return None
    return Entry(
        id=name,
        kind=kind,
        amount=-abs(amount) if kind.endswith(_DECREASES) else amount,
        balance=whole(balance.get("balance")),
        at=at,
        origin=_origin(transaction, details, balance),
        name=text(transaction.get("source_id")),
        redemption=text(object_of(details.get("redemption")).get("id")),
        custom_event=text(object_of(details.get("custom_event")).get("id")),
        related=text(transaction.get("related_transaction_id")),
        moved_to=text(object_of(details.get("destination_voucher")).get("id")),
    )


def balance_of(voucher: Json, card: Card) -> int | None:
    """Read what is left on a card, in cents or points; None if it is not said."""
    return whole(object_of(voucher.get(BALANCES[card.type])).get("balance"))


def _unread(transaction: Json) -> Unread:
    name = text(transaction.get("source_id"))
    return Unread(
        id=text(transaction.get("id")) or "?",
        kind=text(transaction.get("type")),
        at=moment(transaction.get("created_at")),
        ours=bool(name and name.startswith(OWN_NAMES)),
    )


def _origin(transaction: Json, details: Json, balance: Json) -> Origin:
    if any(details.get(each) for each in _RULES):
        return Origin.EARNED
    if (
        transaction.get("source") in _BY_HAND
        or transaction.get("source_id") is not None
        or transaction.get("reason") is not None
        or balance.get("operation_type") == "MANUAL"
    ):
        return Origin.BY_HAND
    if details.get("rollback"):
        return Origin.REFUNDED
    if any(details.get(each) for each in _PURCHASES):
        return Origin.CAUSED
    return Origin.AUTOMATIC if transaction.get("source") in _BY_ITSELF else Origin.UNKNOWN

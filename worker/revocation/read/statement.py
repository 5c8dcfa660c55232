"""
Reads a card's transactions.

Source: Voucherify API reference, "List voucher transactions", and its support article on
transactions. `source_id` and `reason` exist in manual operations only; POINTS_ACCRUAL is earned
through an earning rule; `details` names what caused an entry; `related_transaction_id` links a
removal or a transfer to the entry that it undoes or mirrors.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from worker.revocation.cards import BALANCES, Card, Entry, Origin, Statement, Unread
from worker.revocation.read.listed import OWN_NAMES, amount_of, balance_after, changes_in
from worker.voucherify.values import Json, moment, object_of, text, whole


#: Endings of types whose amount is taken off, with either sign.
_DECREASES: Final = ("_REMOVAL", "_REDEMPTION", "_EXPIRATION", "_TRANSFER_OUT")

#: Who adds by hand: the API's callers and people at the dashboard.
_BY_HAND: Final = ("API", "voucherify-web-ui")

#: Channels of Voucherify's own additions, if they name one.
_BY_ITSELF: Final = (None, "Automation")

#: `details` of what a customer earned otherwise. `holder_loyalty_tier` is not among them: it names
#: the tier of the holder, whatever caused the entry.
_RULES: Final = ("earning_rule", "segment", "loyalty_tier")

#: `details` of a purchase, a refund, or points that were pending until an order was paid.
_PURCHASES: Final = ("order", "redemption", "reward", "pending_points", "custom_event")


def card_of(redeemable: Json, customer: str) -> Card | None:
    """Read a card from a customer's redeemables; None if it is not a card of their own."""
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
    Return a card and its transactions, newest first.

    Args:
        card: whose they are.
        redeemable: how the customer holds it ("List customer's redeemables").
        transactions: as the API lists them, newest first.
        whole: whether they are all of the card's.
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
    """Read what is left on a card, in cents or points; None if unknown."""
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

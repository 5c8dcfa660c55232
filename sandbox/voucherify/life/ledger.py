from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sandbox.voucherify.data.causes import BY_HAND, Cause, Why
from sandbox.voucherify.data.errors import ApiError
from sandbox.voucherify.data.records import Transaction, Voucher, VoucherType
from sandbox.voucherify.data.store import Store


@dataclass(frozen=True, slots=True)
class Posting:
    """A wanted change of a balance, and what its transaction shall say."""

    amount: int
    type: str
    operation_type: str = "MANUAL"
    source_id: str | None = None
    source: str | None = None
    reason: str | None = None
    at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)
    related_id: str | None = None
    why: Why = BY_HAND
    transaction_id: str | None = None


def transaction_type(card: VoucherType, kind: str) -> str:
    """Name a transaction: CREDITS_… on a gift card, POINTS_… on a loyalty card."""
    return f"{'CREDITS' if card is VoucherType.GIFT else 'POINTS'}_{kind}"


def post(store: Store, card: Voucher, posting: Posting) -> Transaction:
    """
    Change a card's balance and keep the transaction.

    The total, as the examples of "List voucher transactions" show it, is what was added less
    what was subtracted; what was spent leaves it as it is.
    """
    if posting.type.endswith(("_REDEMPTION", "_REFUND")):
        card.spent -= posting.amount
    elif posting.amount >= 0:
        card.credited += posting.amount
    elif posting.type.endswith("_EXPIRATION"):
        card.expired -= posting.amount
    else:
        card.subtracted -= posting.amount
    card.updated_at = posting.at or store.clock.now()
    transaction = _transaction(store, card, posting)
    card.transactions.add(transaction.id, transaction)
    return transaction


def open_with(store: Store, card: Voucher, posting: Posting) -> Transaction:
    """Put an amount on a card as it is published: no list has a transaction of it."""
    card.credited += posting.amount
    card.opening = replace(_transaction(store, card, posting), listed=False)
    return card.opening


def _transaction(store: Store, card: Voucher, posting: Posting) -> Transaction:
    return Transaction(
        id=posting.transaction_id or store.ids.new("vtx"),
        source_id=posting.source_id,
        source=posting.source,
        reason=posting.reason,
        type=posting.type,
        amount=posting.amount,
        balance=card.balance,
        total=card.credited - card.subtracted,
        operation_type=posting.operation_type,
        created_at=posting.at or store.clock.now(),
        details=posting.details,
        related_id=posting.related_id,
        why=posting.why,
    )


def adjust(
    store: Store, card: Voucher, amount: int, *, source_id: str | None, reason: str | None
) -> Transaction:
    """
    Add to or take from a card by request.

    Source: Voucherify API reference, "Update voucher balance" and "Errors". What happens
    when more is taken than there is, the reference leaves open; the two errors that its
    list has for it are used. The same source_id twice is not an error there either.
    """
    if card.type is VoucherType.CODE:
        raise ApiError(
            400,
            "invalid_add_balance_params",
            "Invalid add balance params",
            f"Voucher {card.code} has no balance",
        )
    if card.type is VoucherType.LOYALTY and card.holder_id is None:
        raise ApiError(
            400,
            "invalid_add_balance_params",
            "Invalid add balance params",
            f"Loyalty card {card.code} has no holder",
        )
    if amount == 0:
        raise ApiError(400, "invalid_amount", "Invalid amount", "Amount must not be 0")
    if -amount > card.balance:
        key, message = (
            ("gift_amount_exceeded", "Gift amount exceeded")
            if card.type is VoucherType.GIFT
            else ("loyalty_card_points_exceeded", "Loyalty card points exceeded")
        )
        raise ApiError(
            400,
            key,
            message,
            f"Cannot subtract {-amount}, the balance is {card.balance}",
            resource_id=card.id,
            resource_type="voucher",
        )
    kind = transaction_type(card.type, "ADDITION" if amount > 0 else "REMOVAL")
    why = Why(Cause.API, source_id)
    return post(
        store,
        card,
        Posting(amount, kind, source_id=source_id, source="API", reason=reason, why=why),
    )

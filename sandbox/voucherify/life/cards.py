"""Cards: how a customer gets one, and what changes its balance."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.voucherify.data.causes import BY_HAND, Cause, Why
from sandbox.voucherify.data.errors import ApiError
from sandbox.voucherify.data.records import (
    Campaign,
    Customer,
    Holder,
    Role,
    Transaction,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store


# The reward is paid a moment after the assignment, as in the real service.
GRANT_DELAY = timedelta(milliseconds=40)

_PUBLISHED = Why(Cause.PUBLICATION)
_PREFIXES = {VoucherType.CODE: "THANKS", VoucherType.GIFT: "GIFT", VoucherType.LOYALTY: "CLUB"}


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


def hold(
    store: Store, voucher: Voucher, customer: Customer, role: Role, *, at: datetime | None = None
) -> Holder:
    """Make a customer the holder of a voucher."""
    campaign = store.campaigns[voucher.campaign_id]
    at, parted = at or store.clock.now(), store.ended.get((voucher.id, customer.id))
    if parted is not None:
        at = max(at, parted + GRANT_DELAY)
    holder = Holder(
        id=store.ids.new("rh"),
        customer_id=customer.id,
        voucher_id=voucher.id,
        campaign_id=campaign.id,
        campaign_type=campaign.campaign_type,
        voucher_type=voucher.type,
        role=role,
        created_at=at,
    )
    store.add_holder(holder)
    if role is not Role.OWNER:
        store.assignments[holder.id] = holder
    return holder


def publish_card(
    store: Store,
    campaign: Campaign,
    customer: Customer,
    *,
    at: datetime | None = None,
    amount: int | None = None,
    why: Why = _PUBLISHED,
) -> Voucher:
    """Publish a card to a customer with an `amount`, by default what the campaign puts on it."""
    at, number = at or store.clock.now(), store.ids.number()
    card = Voucher(
        id=store.ids.new("v"),
        code=f"{_PREFIXES[campaign.voucher_type]}-{number:06}",
        type=campaign.voucher_type,
        campaign_id=campaign.id,
        holder_id=customer.id,
        created_at=at,
        updated_at=at,
    )
    store.add_voucher(card)
    hold(store, card, customer, Role.OWNER, at=at)
    amount = campaign.card_amount if amount is None else amount
    if amount and card.type is not VoucherType.CODE:
        kind = transaction_type(card.type, "ADDITION")
        posting = Posting(amount, kind, operation_type="AUTOMATIC", at=at, why=why)
        # No list has a transaction of it.
        card.credited += amount
        card.opening = replace(_transaction(store, card, posting), listed=False)
    return card


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


def top_up(
    store: Store,
    card: Voucher,
    amount: int,
    *,
    at: datetime | None = None,
    reason: str | None = None,
) -> None:
    """Put money of the customer's own on a card."""
    addition, why = transaction_type(card.type, "ADDITION"), Why(Cause.PURCHASE)
    post(store, card, Posting(amount, addition, source="API", reason=reason, at=at, why=why))


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
        raise _not_adjustable(f"Voucher {card.code} has no balance")
    if card.type is VoucherType.LOYALTY and card.holder_id is None:
        raise _not_adjustable(f"Loyalty card {card.code} has no holder")
    if amount == 0:
        raise ApiError(400, "invalid_amount", "Invalid amount", "Amount must not be 0")
    if -amount > card.balance:
        raise ApiError(
            400,
            *_EXCEEDED[card.type],
            f"Cannot subtract {-amount}, the balance is {card.balance}",
            resource_id=card.id,
            resource_type="voucher",
        )
    kind = transaction_type(card.type, "ADDITION" if amount > 0 else "REMOVAL")
    why = Why(Cause.API, source_id)
    posting = Posting(amount, kind, source_id=source_id, source="API", reason=reason, why=why)
    return post(store, card, posting)


_EXCEEDED = {
    VoucherType.GIFT: ("gift_amount_exceeded", "Gift amount exceeded"),
    VoucherType.LOYALTY: ("loyalty_card_points_exceeded", "Loyalty card points exceeded"),
}


def _not_adjustable(details: str) -> ApiError:
    return ApiError(400, "invalid_add_balance_params", "Invalid add balance params", details)


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

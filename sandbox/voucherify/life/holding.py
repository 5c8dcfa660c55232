"""Who holds what: owners of cards, referrers and referees of codes."""

from datetime import datetime, timedelta

from sandbox.voucherify.data.causes import Cause, Why
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
from sandbox.voucherify.life import events
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.ledger import Posting, open_with, transaction_type
from sandbox.voucherify.shapes import bodies


# The reward is paid a moment after the assignment, as in the real service.
GRANT_DELAY = timedelta(milliseconds=40)

_PUBLISHED = Why(Cause.PUBLICATION)
_PREFIXES = {VoucherType.CODE: "THANKS", VoucherType.GIFT: "GIFT", VoucherType.LOYALTY: "CLUB"}


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
    """Give a customer a new card of a campaign, with what the campaign, or who asks, puts on it."""
    at = at or store.clock.now()
    number = store.ids.number()
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
        open_with(store, card, Posting(amount, kind, operation_type="AUTOMATIC", at=at, why=why))
    return card


def tell_balance(
    store: Store, card: Voucher, change: Transaction, customer: Customer, origin: Origin
) -> None:
    """Note in a customer's activity that a card got credits or points."""
    events.record(
        store,
        customer,
        "customer.voucher.gift.balance_added"
        if card.type is VoucherType.GIFT
        else "customer.voucher.loyalty_card.points_added",
        bodies.balance_added(store, card, change, customer),
        campaign=store.campaigns[card.campaign_id],
        origin=origin,
        at=change.created_at,
    )

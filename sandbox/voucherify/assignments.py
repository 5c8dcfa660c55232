from datetime import datetime, timedelta

from sandbox.voucherify import bodies, events
from sandbox.voucherify.causes import Cause, Why
from sandbox.voucherify.errors import ApiError
from sandbox.voucherify.events import Origin
from sandbox.voucherify.ledger import Posting, open_with, post, transaction_type
from sandbox.voucherify.records import (
    Campaign,
    Customer,
    Grant,
    Holder,
    Reward,
    Role,
    Transaction,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.store import Store
from sandbox.webhooks import WebhookSender


# The reward is paid a moment after the assignment, as in the real service.
GRANT_DELAY = timedelta(milliseconds=40)

_PUBLISHED = Why(Cause.PUBLICATION)
_PREFIXES = {VoucherType.CODE: "THANKS", VoucherType.GIFT: "GIFT", VoucherType.LOYALTY: "CLUB"}


def already_assigned() -> ApiError:
    """Say that a customer holds the code already; the key is spelt as Voucherify spells it."""
    return ApiError(
        409, "holder_assignement_duplication", "Customer is already assigned to given redeemable"
    )


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


def assign(
    store: Store,
    code: Voucher,
    customer: Customer,
    *,
    origin: Origin,
    sender: WebhookSender | None,
    at: datetime | None = None,
    onto: Voucher | None = None,
) -> Holder:
    """
    Make a customer the referee of a code, pay the reward (`onto` a card) and tell the webhook.

    Source: Voucherify API reference, "Add referral code holders".
    """
    if store.pair(code.id, customer.id) is not None:
        raise already_assigned()
    campaign = store.campaigns[code.campaign_id]
    holder = hold(store, code, customer, Role.REFEREE, at=at)
    tell_assigned(store, holder, customer, origin=origin, sender=sender)
    if campaign.reward is not None:
        _pay(store, holder, customer, campaign.reward, origin=origin, onto=onto)
    return holder


def unassign(store: Store, holder: Holder, *, origin: Origin, sender: WebhookSender) -> None:
    """
    End an assignment and tell the webhook; what it earned stays on the card.

    Source: Voucherify API reference, "Remove referral code holder".
    """
    code, customer = store.vouchers[holder.voucher_id], store.customers[holder.customer_id]
    campaign = store.campaigns[holder.campaign_id]
    # An assignment ended within milliseconds must still end after its reward was paid.
    ended_at = max(store.clock.now(), holder.created_at + 2 * GRANT_DELAY)
    holder.ended_at = ended_at
    store.remove_holder(holder)
    data = bodies.assignment(store, holder, code, campaign, customer)
    event = events.record(
        store, customer, events.UNASSIGNED, data, campaign=campaign, origin=origin, at=ended_at
    )
    events.announce(store, sender, customer, event)


def tell_assigned(
    store: Store,
    holder: Holder,
    customer: Customer,
    *,
    origin: Origin,
    sender: WebhookSender | None,
) -> None:
    """Note in a customer's activity that an assignment began, and tell the webhook if there."""
    campaign = store.campaigns[holder.campaign_id]
    event = events.record(
        store,
        customer,
        events.ASSIGNED,
        bodies.assignment(store, holder, store.vouchers[holder.voucher_id], campaign, customer),
        campaign=campaign,
        origin=origin,
        at=holder.created_at,
    )
    if sender is not None:
        events.announce(store, sender, customer, event)


def _pay(
    store: Store,
    holder: Holder,
    customer: Customer,
    reward: Reward,
    *,
    origin: Origin,
    onto: Voucher | None,
) -> None:
    at = holder.created_at + GRANT_DELAY
    reward_campaign = store.campaigns[reward.campaign_id]
    card = onto or store.card_of(customer.id, reward.campaign_id)
    why = Why(Cause.ASSIGNMENT, holder.id)
    if reward.published:
        card = publish_card(store, reward_campaign, customer, at=at, amount=reward.amount, why=why)
        if card.opening is not None:
            holder.grant = Grant(card.id, card.opening)
        return
    with_it = Why(Cause.PUBLICATION, holder.id)
    card = card or publish_card(store, reward_campaign, customer, at=at, why=with_it)
    # The reference names nothing in the transaction that leads back to the referral.
    posting = Posting(
        reward.amount, reward.transaction_type, operation_type="AUTOMATIC", at=at, why=why
    )
    change = post(store, card, posting)
    holder.grant = Grant(card.id, change)
    tell_balance(store, card, change, customer, origin)


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

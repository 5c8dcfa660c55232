from datetime import datetime, timedelta

from sandbox.clock import now
from sandbox.voucherify import events
from sandbox.voucherify.errors import ApiError
from sandbox.voucherify.events import Origin
from sandbox.voucherify.ledger import Posting, post
from sandbox.voucherify.records import (
    Campaign,
    Customer,
    Grant,
    Holder,
    Reward,
    Role,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.store import Store
from sandbox.webhooks import WebhookSender


# The reward is paid a moment after the assignment, as in the real service.
GRANT_DELAY = timedelta(milliseconds=40)


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
    holder = Holder(
        id=store.ids.new("rh"),
        customer_id=customer.id,
        voucher_id=voucher.id,
        campaign_id=campaign.id,
        campaign_type=campaign.campaign_type,
        voucher_type=voucher.type,
        role=role,
        created_at=at or now(),
    )
    store.add_holder(holder)
    if role is not Role.OWNER:
        store.assignments[holder.id] = holder
    return holder


def publish_card(
    store: Store, campaign: Campaign, customer: Customer, *, at: datetime | None = None
) -> Voucher:
    """Give a customer a new, empty card of a campaign."""
    at = at or now()
    number = store.ids.number()
    card = Voucher(
        id=store.ids.new("v"),
        code=f"{'GIFT' if campaign.voucher_type is VoucherType.GIFT else 'CLUB'}-{number:06}",
        type=campaign.voucher_type,
        campaign_id=campaign.id,
        holder_id=customer.id,
        created_at=at,
        updated_at=at,
    )
    store.add_voucher(card)
    hold(store, card, customer, Role.OWNER, at=at)
    return card


def assign(
    store: Store,
    code: Voucher,
    customer: Customer,
    *,
    origin: Origin,
    sender: WebhookSender | None,
    at: datetime | None = None,
) -> Holder:
    """
    Make a customer the referee of a code, pay the reward and tell the webhook.

    Source: Voucherify API reference, "Add referral code holders".
    """
    if store.pair(code.id, customer.id) is not None:
        raise already_assigned()
    campaign = store.campaigns[code.campaign_id]
    holder = hold(store, code, customer, Role.REFEREE, at=at)
    data = events.assignment(store, holder, code, campaign, customer)
    event = events.record(
        store,
        customer,
        events.ASSIGNED,
        data,
        campaign=campaign,
        origin=origin,
        at=holder.created_at,
    )
    if campaign.reward is not None:
        _pay(store, holder, customer, campaign.reward, origin)
    if sender is not None:
        events.announce(store, sender, customer, event)
    return holder


def unassign(store: Store, holder: Holder, *, origin: Origin, sender: WebhookSender) -> None:
    """
    End an assignment and tell the webhook; what it earned stays on the card.

    Source: Voucherify API reference, "Remove referral code holder".
    """
    code, customer = store.vouchers[holder.voucher_id], store.customers[holder.customer_id]
    campaign = store.campaigns[holder.campaign_id]
    # An assignment ended within milliseconds must still end after its reward was paid.
    ended_at = max(now(), holder.created_at + 2 * GRANT_DELAY)
    holder.ended_at = ended_at
    store.remove_holder(holder)
    data = events.assignment(store, holder, code, campaign, customer)
    event = events.record(
        store, customer, events.UNASSIGNED, data, campaign=campaign, origin=origin, at=ended_at
    )
    events.announce(store, sender, customer, event)


def _pay(store: Store, holder: Holder, customer: Customer, reward: Reward, origin: Origin) -> None:
    at = holder.created_at + GRANT_DELAY
    reward_campaign = store.campaigns[reward.campaign_id]
    card = store.card_of(customer.id, reward.campaign_id) or publish_card(
        store, reward_campaign, customer, at=at
    )
    # The reference names nothing in the transaction that leads back to the referral.
    posting = Posting(reward.amount, reward.transaction_type, operation_type="AUTOMATIC", at=at)
    holder.grant = Grant(card.id, post(store, card, posting))
    event_type = (
        "customer.voucher.gift.balance_added"
        if card.type is VoucherType.GIFT
        else "customer.voucher.loyalty_card.points_added"
    )
    data = events.balance_added(store, holder, customer)
    events.record(store, customer, event_type, data, campaign=reward_campaign, origin=origin, at=at)

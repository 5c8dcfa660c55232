from datetime import datetime

from sandbox.voucherify.data.errors import ApiError
from sandbox.voucherify.data.records import Customer, Holder, Role, Voucher
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Trigger
from sandbox.voucherify.life import events
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.grants import pay
from sandbox.voucherify.life.holding import GRANT_DELAY, hold
from sandbox.voucherify.shapes import bodies
from sandbox.webhooks.sender import WebhookSender


def already_assigned() -> ApiError:
    """Say that a customer holds the code already; the key is spelt as Voucherify spells it."""
    return ApiError(
        409, "holder_assignement_duplication", "Customer is already assigned to given redeemable"
    )


def assign(
    store: Store,
    code: Voucher,
    customer: Customer,
    *,
    origin: Origin,
    sender: WebhookSender | None,
    at: datetime | None = None,
    onto: Voucher | None = None,
    trigger: Trigger | None = None,
    pays: bool = True,
) -> Holder:
    """
    Make a customer the referee of a code, pay the reward (`onto` a card) and tell the webhook.

    Source: Voucherify API reference, "Add referral code holders".
    """
    if store.pair(code.id, customer.id) is not None:
        raise already_assigned()
    campaign = store.campaigns[code.campaign_id]
    holder = hold(store, code, customer, Role.REFEREE, at=at)
    holder.trigger = trigger
    tell_assigned(store, holder, customer, origin=origin, sender=sender)
    reward = campaign.reward
    if pays and reward is not None and not (trigger is None and reward.waits_for_conversion):
        pay(store, holder, reward, origin=origin, onto=onto, trigger=trigger)
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

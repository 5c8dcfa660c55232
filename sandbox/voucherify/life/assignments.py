"""Assignments of referees: how they begin and end, and the reward that they earn."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import ApiError
from sandbox.voucherify.data.event_types import ASSIGNED, UNASSIGNED
from sandbox.voucherify.data.records import (
    Activity,
    Customer,
    Grant,
    Holder,
    Reward,
    Role,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import CustomEvent, Redemption, Trigger
from sandbox.voucherify.life import events
from sandbox.voucherify.life.cards import GRANT_DELAY, Posting, hold, post, publish_card
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.shapes.campaigns import simple_campaign
from sandbox.voucherify.shapes.customers import simple_customer
from sandbox.voucherify.shapes.vouchers import holder as listed_holder
from sandbox.voucherify.shapes.vouchers import simple_voucher


def already_assigned() -> ApiError:
    """Return the error for a customer who holds the code already, as Voucherify spells it."""
    return ApiError(
        409, "holder_assignement_duplication", "Customer is already assigned to given redeemable"
    )


def assign(
    store: Store,
    code: Voucher,
    customer: Customer,
    *,
    origin: Origin,
    at: datetime | None = None,
    onto: Voucher | None = None,
    trigger: Trigger | None = None,
    pays: bool = True,
) -> Holder:
    """
    Make a customer the referee of a code, pay the reward (`onto` a card), send the webhook.

    Source: Voucherify API reference, "Add referral code holders".
    """
    if store.pair(code.id, customer.id) is not None:
        raise already_assigned()
    reward = store.campaigns[code.campaign_id].reward
    holder = hold(store, code, customer, Role.REFEREE, at=at)
    holder.trigger = trigger
    record_assigned(store, holder, origin=origin)
    if pays and reward is not None and not (trigger is None and reward.waits_for_conversion):
        pay(store, holder, reward, origin=origin, onto=onto, trigger=trigger)
    return holder


def unassign(store: Store, holder: Holder, *, origin: Origin) -> None:
    """
    End an assignment and send the webhook; what it earned stays on the card.

    Source: Voucherify API reference, "Remove referral code holder".
    """
    # An assignment ended within milliseconds must still end after its reward was paid.
    holder.ended_at = at = max(store.clock.now(), holder.created_at + 2 * GRANT_DELAY)
    store.remove_holder(holder)
    event = _record(store, holder, UNASSIGNED, origin, at)
    events.announce(store, origin, holder.customer_id, event)


def record_assigned(store: Store, holder: Holder, *, origin: Origin) -> None:
    """Record in the customer's activity that an assignment began, and send the webhook."""
    event = _record(store, holder, ASSIGNED, origin, holder.created_at)
    events.announce(store, origin, holder.customer_id, event)


def pay(
    store: Store,
    holder: Holder,
    reward: Reward,
    *,
    origin: Origin,
    onto: Voucher | None = None,
    trigger: Trigger | None = None,
) -> None:
    """
    Give a referee the reward, at the conversion if there was one; a discount is on no card.

    The reference ("Referral program") has no example of such a transaction. That nothing in it
    leads back to the referral is as likely as that its details name the redemption or the
    custom event.
    """
    if reward.type is VoucherType.CODE:
        return
    customer, campaign = store.customers[holder.customer_id], store.campaigns[reward.campaign_id]
    began = max(holder.created_at, trigger.created_at) if trigger else holder.created_at
    at = began + timedelta(milliseconds=reward.stamp_ms)
    why = Why(Cause.ASSIGNMENT, holder.id)
    if reward.published:
        card = publish_card(store, campaign, customer, at=at, amount=reward.amount, why=why)
        if card.opening is not None:
            holder.grant = Grant(card.id, card.opening)
        return
    published = Why(Cause.PUBLICATION, holder.id)
    found = onto or store.card_of(customer.id, reward.campaign_id)
    card = found or publish_card(store, campaign, customer, at=at, why=published)
    details = _details(trigger) if reward.names_conversion else {}
    kind, how = reward.transaction_type, "AUTOMATIC"
    change = post(store, card, Posting(reward.amount, kind, how, at=at, details=details, why=why))
    holder.grant = Grant(card.id, change)
    events.record_balance(store, card, change, customer, origin)
    if reward.beside:
        rule = store.ids.new("ern")
        details = {"earning_rule": {"id": rule, "source": {"banner": "Order paid"}}}
        why = Why(Cause.EARNING_RULE, rule)
        also = Posting(reward.beside, kind, how, at=at, details=details, why=why)
        events.record_balance(store, card, post(store, card, also), customer, origin)


def _record(
    store: Store, holder: Holder, event_type: str, origin: Origin, at: datetime
) -> Activity:
    """
    Record that an assignment began or ended.

    As in Voucherify's examples the voucher is the referrer's code, not the referee's
    card; no field says when the assignment ended, nor, usually, what it had earned.
    """
    code, customer = store.vouchers[holder.voucher_id], store.customers[holder.customer_id]
    campaign = store.campaigns[holder.campaign_id]
    shown = listed_holder(holder, whole=True)
    del shown["metadata"]
    voucher = simple_voucher(code, store.campaigns)
    data = {
        "holder": {**shown, "publication_id": None},
        "voucher": {**voucher, "category_id": None, "categories": []},
        "campaign": simple_campaign(campaign, store.campaigns),
        "customer": simple_customer(customer),
    }
    return events.record(store, customer, event_type, data, campaign=campaign, origin=origin, at=at)


def _details(trigger: Trigger | None) -> dict[str, Any]:
    match trigger:
        case Redemption():
            order = {"id": trigger.order_id, "source_id": None}
            return {"redemption": {"id": trigger.id}, "order": order}
        case CustomEvent():
            return {"custom_event": {"id": trigger.id, "type": trigger.type}}
        case None:
            return {}

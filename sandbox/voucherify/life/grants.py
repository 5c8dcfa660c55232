"""What a referee gets, and what its transaction says of the referral ("Referral program")."""

from datetime import timedelta
from typing import Any

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import Grant, Holder, Reward, Voucher, VoucherType
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import CustomEvent, Redemption, Trigger
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.life.holding import publish_card, tell_balance
from sandbox.voucherify.life.ledger import Posting, post


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

    The reference has no example of such a transaction: that nothing in it leads back to the
    referral is as likely as that its details name the redemption or the custom event.
    """
    if reward.type is VoucherType.CODE:
        return
    customer = store.customers[holder.customer_id]
    began = max(holder.created_at, trigger.created_at) if trigger else holder.created_at
    at = began + timedelta(milliseconds=reward.stamp_ms)
    campaign = store.campaigns[reward.campaign_id]
    why = Why(Cause.ASSIGNMENT, holder.id)
    if reward.published:
        card = publish_card(store, campaign, customer, at=at, amount=reward.amount, why=why)
        if card.opening is not None:
            holder.grant = Grant(card.id, card.opening)
        return
    with_it = Why(Cause.PUBLICATION, holder.id)
    found = onto or store.card_of(customer.id, reward.campaign_id)
    card = found or publish_card(store, campaign, customer, at=at, why=with_it)
    posting = Posting(
        reward.amount,
        reward.transaction_type,
        operation_type="AUTOMATIC",
        at=at,
        details=_details(trigger) if reward.names_conversion else {},
        why=why,
    )
    change = post(store, card, posting)
    holder.grant = Grant(card.id, change)
    tell_balance(store, card, change, customer, origin)
    if reward.beside:
        rule = store.ids.new("ern")
        details = {"earning_rule": {"id": rule, "source": {"banner": "Order paid"}}}
        earned = Why(Cause.EARNING_RULE, rule)
        also = Posting(
            reward.beside,
            reward.transaction_type,
            operation_type="AUTOMATIC",
            at=at,
            details=details,
            why=earned,
        )
        tell_balance(store, card, post(store, card, also), customer, origin)


def _details(trigger: Trigger | None) -> dict[str, Any]:
    match trigger:
        case Redemption():
            order = {"id": trigger.order_id, "source_id": None}
            return {"redemption": {"id": trigger.id}, "order": order}
        case CustomEvent():
            return {"custom_event": {"id": trigger.id, "type": trigger.type}}
        case None:
            return {}

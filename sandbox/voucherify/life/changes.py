"""
What changes a card beside referrals: orders, earning rules, expiry, transfers, other people.

What each transaction says follows the examples of "List voucher transactions" (gift cards),
"List loyalty card transactions" and the events "loyalty card points expired".
"""

from datetime import datetime
from typing import Any

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import ApiError
from sandbox.voucherify.data.records import Customer, Transaction, Voucher, VoucherType
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.data.triggers import Redemption
from sandbox.voucherify.life import events
from sandbox.voucherify.life.cards import Posting, post, transaction_type
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.shapes.campaigns import simple_campaign
from sandbox.voucherify.shapes.customers import simple_customer
from sandbox.voucherify.shapes.vouchers import balance, simple_voucher, transaction
from sandbox.world import World


#: Who else takes something from a card, and what the transaction then says.
_OTHERS: dict[str, dict[str, Any]] = {
    "automatic": {"operation_type": "AUTOMATIC", "source": "Automation"},
    "dashboard": {"source": "voucherify-web-ui", "reason": "Correction"},
    "api": {"source": "API", "source_id": "other-program-1", "reason": "Correction"},
}
_SAID = ("source", "source_id", "reason", "operation_type")


def earn(world: World, card: Voucher, wanted: dict[str, Any], at: datetime) -> Transaction:
    """
    Add points by an earning rule, or credits that say the same of themselves.

    The details are those that the reference lists: an event of the customer or a custom one,
    the order, the segment, the loyalty tier.
    """
    store = world.store
    rule = str(wanted.get("earning_rule") or store.ids.new("ern"))
    details: dict[str, Any] = {
        "earning_rule": {"id": rule, "source": {"banner": "Order paid"}},
        "event": {"id": store.ids.new("evcus"), "type": wanted.get("event", "customer.order.paid")},
    }
    if wanted.get("order", True):
        details["order"] = {"id": store.ids.new("ord"), "source_id": None}
    for name, prefix, label in (
        ("custom_event", "ev", "type"),
        ("segment", "seg", "name"),
        ("loyalty_tier", "ltr", "name"),
    ):
        if wanted.get(name):
            details[name] = {"id": store.ids.new(prefix), label: wanted[name]}
    details |= wanted.get("details", {})
    usual = "POINTS_ACCRUAL" if card.type is VoucherType.LOYALTY else "CREDITS_ADDITION"
    posting = Posting(
        wanted["amount"],
        wanted.get("transaction", usual),
        operation_type="AUTOMATIC",
        source=wanted.get("source", "Automation"),
        at=at,
        details=details,
        why=Why(Cause.EARNING_RULE, rule),
    )
    change = post(store, card, posting)
    customer = store.customers.get(card.holder_id or "")
    if customer is not None:
        by = events.by_automation(world.ids.request())
        events.record_balance(store, card, change, customer, by)
    return change


def expire(world: World, card: Voucher, wanted: dict[str, Any], at: datetime) -> Transaction:
    """Let points expire ("loyalty card points expired"): a gift card's credits never do."""
    if card.type is not VoucherType.LOYALTY:
        raise ValueError("Only points expire.")
    store, amount, why = world.store, wanted["amount"], Why(Cause.EXPIRY)
    kind, how = "POINTS_EXPIRATION", "AUTOMATIC"
    change = post(store, card, Posting(-amount, kind, how, source="Automation", at=at, why=why))
    customer = store.customers.get(card.holder_id or "")
    if customer is not None:
        more = {"points": amount, "buckets": []}
        by = events.by_automation(world.ids.request())
        _record_points(store, card, customer, "expired", more, origin=by, at=at)
    return change


def transfer(
    world: World, source: Voucher, target: Voucher, wanted: dict[str, Any], at: datetime
) -> tuple[Transaction, Transaction]:
    """
    Move points from one card to another ("Transfer loyalty points"): both need a holder.

    The example of what leaves a card names the transaction on the receiving card; that the
    one on the receiving card names the other is taken from it.
    """
    store, amount = world.store, wanted["amount"]
    for card in (source, target):
        if card.type is not VoucherType.LOYALTY or card.holder_id is None:
            raise ValueError("Points go from a held loyalty card to another.")
    if amount > source.balance:
        raise ApiError(400, "loyalty_card_points_exceeded", "Loyalty card points exceeded")
    out_id, in_id = store.ids.new("vtx"), store.ids.new("vtx")
    said: dict[str, Any] = {each: wanted.get(each) for each in ("source_id", "reason")}

    gone = Posting(
        -amount,
        "POINTS_TRANSFER_OUT",
        source="API",
        at=at,
        details={"destination_voucher": simple_voucher(target, store.campaigns)},
        related_id=in_id,
        transaction_id=out_id,
        why=Why(Cause.TRANSFER, target.id),
        **said,
    )
    come = Posting(
        amount,
        "POINTS_TRANSFER_IN",
        source="API",
        at=at,
        details={"source_voucher": simple_voucher(source, store.campaigns)},
        related_id=out_id,
        transaction_id=in_id,
        why=Why(Cause.TRANSFER, source.id),
        **said,
    )
    made = post(store, source, gone), post(store, target, come)
    more = {
        "source_voucher": simple_voucher(source, store.campaigns),
        "destination_voucher": simple_voucher(target, store.campaigns),
        "balance": balance(source, made[0], unit="points"),
        "transaction": transaction(source, made[0]),
    }
    by = events.by_api(world.ids.request(), world.settings.app_id)
    customer = store.customers[source.holder_id or ""]
    _record_points(store, source, customer, "transferred", more, origin=by, at=at)
    return made


def redeem(store: Store, card: Voucher, amount: int, *, reward: str | None = None) -> Redemption:
    """
    Pay an order, or a reward, from a card: such a transaction names neither source nor reason.

    The examples of "List loyalty card transactions" name the reward that points were paid for.
    """
    redemption = Redemption(
        id=store.ids.new("r"),
        voucher_id=card.id,
        customer_id=card.holder_id or "",
        order_id=store.ids.new("ord"),
        created_at=store.clock.now(),
        amount=amount,
    )
    store.redemptions[redemption.id] = redemption
    card.uses += 1
    details = {
        "order": {"id": redemption.order_id, "source_id": None},
        "redemption": {"id": redemption.id},
        **({"reward": {"id": store.ids.new("rew"), "name": reward}} if reward else {}),
    }
    kind, why = transaction_type(card.type, "REDEMPTION"), Why(Cause.ORDER, redemption.id)
    post(store, card, Posting(-amount, kind, details=details, why=why))
    return redemption


def remove_by_other(
    world: World, card: Voucher, wanted: dict[str, Any], at: datetime
) -> Transaction:
    """
    Take from a card as Voucherify itself, a person or another program does.

    Raises:
        ValueError: When it is none of these.
    """
    how = wanted.get("how", "dashboard")
    if how not in _OTHERS:
        raise ValueError(f"No such way to take from a card: {how}.")
    said = {**_OTHERS[how], **{each: wanted[each] for each in _SAID if each in wanted}}
    related = wanted.get("related")
    posting = Posting(
        -wanted["amount"],
        transaction_type(card.type, "REMOVAL"),
        at=at,
        details=wanted.get("details", {}),
        related_id=related,
        why=Why(Cause.OTHER_REMOVAL, related),
        **said,
    )
    return post(world.store, card, posting)


def _record_points(
    store: Store,
    card: Voucher,
    customer: Customer,
    what: str,
    more: dict[str, Any],
    *,
    origin: Origin,
    at: datetime,
) -> None:
    campaign = store.campaigns[card.campaign_id]
    data = {
        "customer": simple_customer(customer),
        "campaign": simple_campaign(campaign, store.campaigns),
        "voucher": simple_voucher(card, store.campaigns),
        **more,
    }
    kind = f"customer.voucher.loyalty_card.points_{what}"
    events.record(store, customer, kind, data, campaign=campaign, origin=origin, at=at)

from datetime import datetime, timedelta
from typing import Any

from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.records import (
    Campaign,
    Customer,
    Grant,
    Holder,
    Reward,
    Role,
    Voucher,
    VoucherType,
)
from sandbox.voucherify.life.campaigns import card_campaign
from sandbox.voucherify.life.holding import GRANT_DELAY, publish_card
from sandbox.voucherify.life.ledger import Posting, post, transaction_type
from sandbox.world import World


#: What the adopted customer's gift card held, and what the referral put on it.
OWN, REWARD = 2000, 500


def adopt(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """
    Make the people of a `customer.holder.assignment.deleted` body known here.

    Somebody who tries a body of their own wants to see its effect, and the stand-in knows
    nobody in it. The customer gets a gift card, with money of their own and a reward that
    was paid a moment after they were assigned; the assignment itself is over.

    Raises:
        KeyError, TypeError, ValueError: When what it takes from the body is not there.
    """
    data = body["data"]
    told, customer_id = data["holder"], str(data["holder"]["customer_id"])
    assigned_at = datetime.fromisoformat(told["created_at"])
    with world.lock:
        store = world.store
        customer = store.customers.get(customer_id) or _customer(
            world, customer_id, data["customer"], assigned_at
        )
        code = store.vouchers.get(told["redeemable_id"]) or _code(world, data, assigned_at)
        holder = Holder(
            id=str(told["id"]),
            customer_id=customer.id,
            voucher_id=code.id,
            campaign_id=code.campaign_id,
            campaign_type="REFERRAL_PROGRAM",
            voucher_type=code.type,
            role=Role(told["holder_role"]),
            created_at=assigned_at,
            ended_at=datetime.fromisoformat(body["event"]["created_at"]),
        )
        store.assignments[holder.id] = holder
        bought_at = assigned_at - timedelta(days=10)
        gifts = card_campaign(world, VoucherType.GIFT)
        card = publish_card(store, gifts, customer, at=bought_at)
        addition = transaction_type(VoucherType.GIFT, "ADDITION")
        own = Why(Cause.PURCHASE)
        bought = Posting(OWN, addition, source="API", reason="Top-up", at=bought_at, why=own)
        post(store, card, bought)
        paid_at = assigned_at + GRANT_DELAY
        why = Why(Cause.ASSIGNMENT, holder.id)
        reward = Posting(REWARD, addition, operation_type="AUTOMATIC", at=paid_at, why=why)
        holder.grant = Grant(card.id, post(store, card, reward))
        return {"customer": customer.id, "card": card.id, "balance": card.balance}


def _customer(world: World, name: str, told: dict[str, Any], at: datetime) -> Customer:
    customer = Customer(name, told.get("source_id"), told.get("name"), told.get("email"), at, at)
    world.store.add_customer(customer)
    return customer


def _code(world: World, data: dict[str, Any], at: datetime) -> Voucher:
    told, campaign_id = data["voucher"], str(data["holder"]["campaign_id"])
    referrer = str(told.get("referrer_id") or told.get("holder_id") or "cust_unknown")
    if referrer not in world.store.customers:
        _customer(world, referrer, {"name": "The referrer"}, at)
    gifts = card_campaign(world, VoucherType.GIFT)
    addition = transaction_type(VoucherType.GIFT, "ADDITION")
    world.store.campaigns[campaign_id] = Campaign(
        campaign_id,
        str(data["campaign"].get("name")),
        "REFERRAL_PROGRAM",
        VoucherType.CODE,
        at,
        at,
        Reward(VoucherType.GIFT, REWARD, gifts.id, addition),
    )
    code = Voucher(
        id=str(data["holder"]["redeemable_id"]),
        code=str(told["code"]),
        type=VoucherType.CODE,
        campaign_id=campaign_id,
        holder_id=referrer,
        created_at=at,
        updated_at=at,
        referrer_id=referrer,
    )
    world.store.add_voucher(code)
    return code

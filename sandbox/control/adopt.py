"""The endpoint that makes the people of a webhook body known, so that it has its effect."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint

from sandbox.control.fields import Fields, steers
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import invalid_payload
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
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life.campaigns import card_campaign
from sandbox.voucherify.life.cards import (
    GRANT_DELAY,
    Posting,
    post,
    publish_card,
    top_up,
    transaction_type,
)
from sandbox.world import Answer, World


#: What the adopted customer's gift card held, and what the referral put on it.
OWN, REWARD = 2000, 500

_ADDITION = transaction_type(VoucherType.GIFT, "ADDITION")

blueprint = Blueprint("adopt", __name__, url_prefix="/sandbox")


@blueprint.post("/adopt")
@steers
def post_adopt(sandbox: World, wanted: Fields) -> Answer:
    """
    Make the people of a `customer.holder.assignment.deleted` body known here.

    A body that a person tries out shall have an effect, and the stand-in knows no customer in it.
    The customer gets a gift card, with money of their own and a reward that was paid a moment
    after they were assigned; the assignment itself is over.
    """
    try:
        return _adopt(sandbox.store, wanted), 201
    except (KeyError, TypeError, ValueError) as problem:
        raise invalid_payload("The body is not a holder assignment event.") from problem


def _adopt(store: Store, body: dict[str, Any]) -> dict[str, Any]:
    data, sent = body["data"], body["data"]["holder"]
    customer_id, assigned_at = str(sent["customer_id"]), datetime.fromisoformat(sent["created_at"])
    customer = store.customers.get(customer_id) or _customer(
        store, customer_id, data["customer"], assigned_at
    )
    code = store.vouchers.get(sent["redeemable_id"]) or _code(store, data, assigned_at)
    holder = Holder(
        id=str(sent["id"]),
        customer_id=customer.id,
        voucher_id=code.id,
        campaign_id=code.campaign_id,
        campaign_type="REFERRAL_PROGRAM",
        voucher_type=code.type,
        role=Role(sent["holder_role"]),
        created_at=assigned_at,
        ended_at=datetime.fromisoformat(body["event"]["created_at"]),
    )
    store.assignments[holder.id] = holder
    bought_at, paid_at = assigned_at - timedelta(days=10), assigned_at + GRANT_DELAY
    card = publish_card(store, card_campaign(store, VoucherType.GIFT), customer, at=bought_at)
    top_up(store, card, OWN, at=bought_at, reason="Top-up")
    why = Why(Cause.ASSIGNMENT, holder.id)
    reward = Posting(REWARD, _ADDITION, operation_type="AUTOMATIC", at=paid_at, why=why)
    holder.grant = Grant(card.id, post(store, card, reward))
    return {"customer": customer.id, "card": card.id, "balance": card.balance}


def _customer(store: Store, name: str, sent: dict[str, Any], at: datetime) -> Customer:
    customer = Customer(name, sent.get("source_id"), sent.get("name"), sent.get("email"), at, at)
    store.add_customer(customer)
    return customer


def _code(store: Store, data: dict[str, Any], at: datetime) -> Voucher:
    sent, campaign_id = data["voucher"], str(data["holder"]["campaign_id"])
    referrer = str(sent.get("referrer_id") or sent.get("holder_id") or "cust_unknown")
    if referrer not in store.customers:
        _customer(store, referrer, {"name": "The referrer"}, at)
    gifts = card_campaign(store, VoucherType.GIFT)
    store.campaigns[campaign_id] = Campaign(
        campaign_id,
        str(data["campaign"].get("name")),
        "REFERRAL_PROGRAM",
        VoucherType.CODE,
        at,
        at,
        Reward(VoucherType.GIFT, REWARD, gifts.id, _ADDITION),
    )
    code = Voucher(
        id=str(data["holder"]["redeemable_id"]),
        code=str(sent["code"]),
        type=VoucherType.CODE,
        campaign_id=campaign_id,
        holder_id=referrer,
        created_at=at,
        updated_at=at,
        referrer_id=referrer,
    )
    store.add_voucher(code)
    return code

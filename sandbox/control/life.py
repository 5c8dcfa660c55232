"""The endpoints that let happen what happens in a life of referrals."""

from datetime import datetime
from typing import Any

from flask import Blueprint

from sandbox.control.fields import fields, text
from sandbox.control.snapshot import card
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import not_found
from sandbox.voucherify.life import events, told
from sandbox.voucherify.life.campaigns import reward_of, tier_of
from sandbox.voucherify.life.conversions import convert, convert_later
from sandbox.voucherify.life.deletions import (
    delete_campaign,
    tell_campaign_deleted,
    tell_customer_deleted,
)
from sandbox.voucherify.life.ledger import Posting, post, transaction_type
from sandbox.voucherify.life.removals import delete_customer, delete_voucher, republish
from sandbox.voucherify.shapes import bodies, render
from sandbox.world import Answer, World, world


blueprint = Blueprint("life", __name__, url_prefix="/sandbox")


@blueprint.post("/assign")
def post_assign() -> Answer:
    """
    Let "customer" use "code", again too: a new assignment, with its rewards.

    With "converts": false nobody is paid yet; see /convert.
    """
    wanted, sandbox = fields(), world()
    with sandbox.lock:
        store = sandbox.store
        code, customer = (
            store.voucher(text(wanted, "code")),
            store.customer(text(wanted, "customer")),
        )
        onto = store.voucher(wanted["onto"]) if "onto" in wanted else None
        announce = _announce(wanted)
        at = store.clock.now()
        converts = bool(wanted.get("converts", True))
        made = convert(
            sandbox, code, customer, at=at, announce=announce, onto=onto, converts=converts
        )
        return told.conversion(sandbox, customer, made), 201


@blueprint.post("/convert")
def post_convert() -> Answer:
    """Let the customer of an assignment ("holder") convert now, or at "at"; paid "onto" a card."""
    wanted, sandbox = fields(), world()
    with sandbox.lock:
        store = sandbox.store
        holder = store.holders.get(text(wanted, "holder"))
        if holder is None:
            raise not_found("redeemable_holder", text(wanted, "holder"))
        at = datetime.fromisoformat(wanted["at"]) if "at" in wanted else store.clock.now()
        onto = store.voucher(wanted["onto"]) if "onto" in wanted else None
        made = convert_later(sandbox, holder, at=at, onto=onto)
        return told.conversion(sandbox, store.customers[holder.customer_id], made), 201


@blueprint.post("/top_up")
def post_top_up() -> Answer:
    """
    Put "amount" on a "card": by a person, or ("like_grant") as an automatic reward does.

    Also "transaction" (a type), "at", "details" and "related" (a transaction).
    """
    wanted, sandbox = fields(), world()
    with sandbox.lock:
        voucher = sandbox.store.voucher(text(wanted, "card"))
        addition = transaction_type(voucher.type, "ADDITION")
        by_person = {"source": "voucherify-web-ui", "reason": "Top-up"}
        like_grant = {"operation_type": "AUTOMATIC", "why": Why(Cause.LOOKALIKE)}
        how: dict[str, Any] = like_grant if wanted.get("like_grant") else by_person
        posting = Posting(
            wanted["amount"],
            wanted.get("transaction", addition),
            at=datetime.fromisoformat(wanted["at"]) if "at" in wanted else None,
            details=wanted.get("details", {}),
            related_id=wanted.get("related"),
            **how,
        )
        change = post(sandbox.store, voucher, posting)
        return {"transaction": change.id, **card(voucher)}, 201


@blueprint.put("/campaigns/<campaign_id>")
def put_campaign(campaign_id: str) -> Answer:
    """
    Edit what a campaign gives from now on: "reward", "tier", "show_reward".

    Also "card_amount", what its cards are published with, "converts_by", and whose reward a
    rollback takes back by itself: "rollback_reverses" is null, referee, referrer or both.
    """
    wanted, sandbox = fields(), world()
    if wanted.get("rollback_reverses") not in {None, "referee", "referrer", "both"}:
        raise ValueError("A rollback reverses the reward of a referee, a referrer or both.")
    with sandbox.lock:
        campaign = sandbox.store.campaigns.get(campaign_id)
        if campaign is None:
            raise not_found("campaign", campaign_id)
        if "reward" in wanted:
            campaign.reward = reward_of(sandbox, wanted["reward"])
        if "tier" in wanted:
            campaign.tier = tier_of(sandbox, wanted["tier"])
        campaign.shows_reward = bool(wanted.get("show_reward", campaign.shows_reward))
        campaign.converts_by = str(wanted.get("converts_by", campaign.converts_by))
        campaign.rollback_reverses = wanted.get("rollback_reverses", campaign.rollback_reverses)
        campaign.card_amount = int(wanted.get("card_amount", campaign.card_amount))
        campaign.updated_at = sandbox.clock.now()
        return bodies.simple_campaign(campaign, sandbox.store)


@blueprint.put("/vouchers/<name>")
def put_voucher(name: str) -> Answer:
    """Switch a code or card on or off ("active"), or give it to another customer ("holder")."""
    wanted, sandbox = fields(), world()
    with sandbox.lock:
        store = sandbox.store
        voucher = store.voucher(name)
        voucher.active = bool(wanted.get("active", voucher.active))
        voucher.updated_at = store.clock.now()
        shown: dict[str, Any] = {}
        if "holder" in wanted:
            customer, announce = store.customer(text(wanted, "holder")), _announce(wanted)
            holder = republish(store, voucher, customer, announce=announce, **_who(sandbox))
            shown = {"holder": holder.id}
        return {**shown, "voucher": render.voucher(voucher, store)}


@blueprint.delete("/vouchers/<name>")
def remove_voucher(name: str) -> Answer:
    """Delete a code or card; with {"announce": true} its holders' assignments end by webhook."""
    sandbox, announce = world(), _announce(fields(), default=False)
    with sandbox.lock:
        voucher = sandbox.store.voucher(name)
        ended = delete_voucher(sandbox.store, voucher, announce=announce, **_who(sandbox))
        return {"deleted": voucher.id, "holders": ended}


@blueprint.delete("/customers/<name>")
def remove_customer(name: str) -> Answer:
    """
    Delete a customer; with {"announce": true} their assignments end by webhook.

    "deleted_event" adds a `customer.deleted` webhook: "full", or with the "required" fields only.
    """
    wanted, sandbox = fields(), world()
    announce = _announce(wanted, default=False)
    with sandbox.lock:
        customer = sandbox.store.customer(name)
        shape = wanted.get("deleted_event")
        if shape not in {None, "full", "required"}:
            raise ValueError("A customer.deleted is full or has what is required.")
        ended = delete_customer(sandbox.store, customer, announce=announce, **_who(sandbox))
        if shape is not None:
            tell_customer_deleted(sandbox.store, customer, shape=shape, **_who(sandbox))
        return {"deleted": customer.id, "holders": ended}


@blueprint.delete("/campaigns/<campaign_id>")
def remove_campaign(campaign_id: str) -> Answer:
    """
    Delete a campaign with all its codes; with {"announce": true} each assignment ends by webhook.

    "deleted_event": true adds a `campaign.deleted` webhook, "lose_redemptions": false keeps the
    redemptions, which the reference says are removed.
    """
    wanted, sandbox = fields(), world()
    announce = _announce(wanted, default=False)
    with sandbox.lock:
        store = sandbox.store
        campaign = store.campaigns.get(campaign_id)
        if campaign is None or campaign.id in store.deleted:
            raise not_found("campaign", campaign_id)
        ended = delete_campaign(
            store,
            campaign,
            announce=announce,
            loses_redemptions=bool(wanted.get("lose_redemptions", True)),
            **_who(sandbox),
        )
        if wanted.get("deleted_event"):
            tell_campaign_deleted(store, campaign, **_who(sandbox))
        return {"deleted": campaign.id, "holders": ended}


def _who(sandbox: World) -> dict[str, Any]:
    return {"origin": events.by_person(sandbox.ids.request()), "sender": sandbox.sender}


def _announce(wanted: dict[str, Any], *, default: bool = True) -> bool:
    return bool(wanted.get("announce", default))

"""The endpoints that edit, and delete, what is in the project."""

from typing import Any

from flask import Blueprint

from sandbox.control.fields import Fields, steers
from sandbox.voucherify.data.errors import not_found, text
from sandbox.voucherify.life import deletions, events
from sandbox.voucherify.life.campaigns import reward_of, tier_of
from sandbox.voucherify.life.customers import add_customer
from sandbox.voucherify.life.events import Origin
from sandbox.voucherify.shapes.campaigns import simple_campaign
from sandbox.voucherify.shapes.customers import customer as listed_customer
from sandbox.voucherify.shapes.vouchers import voucher as listed_voucher
from sandbox.world import Answer, World


blueprint = Blueprint("edits", __name__, url_prefix="/sandbox")


@blueprint.post("/customers")
@steers
def post_customer(sandbox: World, wanted: Fields) -> Answer:
    """Add a customer with name, email, source_id and metadata."""
    return listed_customer(add_customer(sandbox.store, wanted)), 201


@blueprint.put("/campaigns/<campaign_id>")
@steers
def put_campaign(sandbox: World, wanted: Fields, campaign_id: str) -> Answer:
    """
    Edit what a campaign gives from now on: "reward", "tier", "show_reward".

    Also "card_amount", what its cards are published with, "converts_by", and whose reward a
    rollback takes back by itself: "rollback_reverses" is null, referee, referrer or both.
    """
    if wanted.get("rollback_reverses") not in {None, "referee", "referrer", "both"}:
        raise ValueError("A rollback reverses the reward of a referee, a referrer or both.")
    store = sandbox.store
    campaign = store.campaigns.get(campaign_id)
    if campaign is None:
        raise not_found("campaign", campaign_id)
    if "reward" in wanted:
        campaign.reward = reward_of(store, wanted["reward"])
    if "tier" in wanted:
        campaign.tier = tier_of(store, wanted["tier"])
    campaign.shows_reward = bool(wanted.get("show_reward", campaign.shows_reward))
    campaign.converts_by = str(wanted.get("converts_by", campaign.converts_by))
    campaign.rollback_reverses = wanted.get("rollback_reverses", campaign.rollback_reverses)
    campaign.card_amount = int(wanted.get("card_amount", campaign.card_amount))
    campaign.updated_at = sandbox.clock.now()
    return simple_campaign(campaign, store.campaigns)


@blueprint.put("/vouchers/<name>")
@steers
def put_voucher(sandbox: World, wanted: Fields, name: str) -> Answer:
    """Switch a code or card on or off ("active"), or give it to another customer ("holder")."""
    store, shown = sandbox.store, {}
    voucher = store.voucher(name)
    voucher.active = bool(wanted.get("active", voucher.active))
    voucher.updated_at = store.clock.now()
    if "holder" in wanted:
        customer = store.customer(text(wanted, "holder"))
        how = _how(sandbox, wanted, announce=True)
        shown["holder"] = deletions.republish(store, voucher, customer, **how).id
    return {**shown, "voucher": listed_voucher(voucher, store.campaigns)}


@blueprint.delete("/vouchers/<name>")
@steers
def delete_voucher(sandbox: World, wanted: Fields, name: str) -> Answer:
    """Delete a code or card; with {"announce": true} its holders' assignments end by webhook."""
    voucher = sandbox.store.voucher(name)
    ended = deletions.delete_voucher(sandbox.store, voucher, **_how(sandbox, wanted))
    return {"deleted": voucher.id, "holders": ended}


@blueprint.delete("/customers/<name>")
@steers
def delete_customer(sandbox: World, wanted: Fields, name: str) -> Answer:
    """
    Delete a customer; with {"announce": true} their assignments end by webhook.

    "deleted_event" adds a `customer.deleted` webhook: "full", or with the "required" fields only.
    """
    store, shape = sandbox.store, wanted.get("deleted_event")
    customer = store.customer(name)
    if shape not in {None, "full", "required"}:
        raise ValueError("A customer.deleted is full or has what is required.")
    ended = deletions.delete_customer(store, customer, **_how(sandbox, wanted))
    if shape is not None:
        deletions.announce_deleted_customer(store, customer, shape=shape, origin=_by(sandbox))
    return {"deleted": customer.id, "holders": ended}


@blueprint.delete("/campaigns/<campaign_id>")
@steers
def delete_campaign(sandbox: World, wanted: Fields, campaign_id: str) -> Answer:
    """
    Delete a campaign with all its codes; with {"announce": true} each assignment ends by webhook.

    "deleted_event": true adds a `campaign.deleted` webhook, "lose_redemptions": false keeps the
    redemptions, which the reference says are removed.
    """
    store, loses = sandbox.store, bool(wanted.get("lose_redemptions", True))
    campaign, how = store.campaign(campaign_id), _how(sandbox, wanted)
    ended = deletions.delete_campaign(store, campaign, loses_redemptions=loses, **how)
    if wanted.get("deleted_event"):
        deletions.announce_deleted_campaign(store, campaign, origin=_by(sandbox))
    return {"deleted": campaign.id, "holders": ended}


def _by(sandbox: World) -> Origin:
    return events.by_person(sandbox.ids.request(), sandbox.sender)


def _how(sandbox: World, wanted: Fields, *, announce: bool = False) -> dict[str, Any]:
    return {"origin": _by(sandbox), "announce": bool(wanted.get("announce", announce))}

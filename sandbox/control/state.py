"""The endpoints by which a test or a person steers the stand-ins."""

from flask import Blueprint, Response, jsonify, request

from sandbox.control.adopt import adopt
from sandbox.control.fields import fields, text
from sandbox.control.scenario import Scenario, play, seed
from sandbox.control.snapshot import card, snapshot
from sandbox.voucherify.data.causes import Cause, Why
from sandbox.voucherify.data.errors import invalid_payload, not_found
from sandbox.voucherify.data.records import VoucherType
from sandbox.voucherify.life import events
from sandbox.voucherify.life.assignments import unassign
from sandbox.voucherify.life.campaigns import card_campaign
from sandbox.voucherify.life.changes import redeem
from sandbox.voucherify.life.customers import add_customer
from sandbox.voucherify.life.holding import publish_card
from sandbox.voucherify.life.ledger import Posting, post, transaction_type
from sandbox.voucherify.shapes import render
from sandbox.webhooks.sendouts import Sendout
from sandbox.world import Answer, world


blueprint = Blueprint("control", __name__, url_prefix="/sandbox")


@blueprint.get("/state")
def get_state() -> Answer:
    """Show the state; ?part=cards&part=notes shows only those."""
    return snapshot(world(), request.args.getlist("part"))


@blueprint.get("/requests")
def get_requests() -> Response:
    """List the calls to the stand-ins; ?component=, ?method=, ?path= (a beginning) select."""
    sandbox, args = world(), request.args
    with sandbox.lock:
        found = sandbox.traffic.select(
            component=args.get("component"), method=args.get("method"), path=args.get("path")
        )
    return jsonify(found)


@blueprint.post("/reset")
def reset() -> Answer:
    """Forget everything; {"seed": true} then plays the scenario of the start again."""
    sandbox = world()
    with sandbox.lock:
        sandbox.clear()
        if fields().get("seed"):
            seed(sandbox)
    return {"reset": True}


@blueprint.get("/faults")
def get_faults() -> Answer:
    """List the faults and how often each was used."""
    return snapshot(world(), ["faults"])


@blueprint.put("/faults")
def put_faults() -> Answer:
    """Replace the faults of the components named in the body."""
    sandbox = world()
    with sandbox.lock:
        sandbox.faults.put(fields())
        return sandbox.faults.as_json()


@blueprint.delete("/faults")
def delete_faults() -> Answer:
    """Switch all faults off."""
    sandbox = world()
    with sandbox.lock:
        sandbox.faults.clear()
    return {}


@blueprint.post("/scenario")
def post_scenario() -> Answer:
    """Seed a code with its referrer and referees, and name their ids."""
    return play(world(), Scenario.parse(fields())), 201


@blueprint.post("/adopt")
def post_adopt() -> Answer:
    """Make the people of a webhook body known, so that the body can be sent and have its effect."""
    try:
        return adopt(world(), fields()), 201
    except (KeyError, TypeError, ValueError) as problem:
        raise invalid_payload("The body is not a holder assignment event.") from problem


@blueprint.post("/customers")
def post_customer() -> Answer:
    """Add a customer with name, email, source_id and metadata."""
    sandbox = world()
    with sandbox.lock:
        return render.customer(add_customer(sandbox.store, fields())), 201


@blueprint.post("/cards")
def post_card() -> Answer:
    """Give a customer a card of a type, with a balance of their own."""
    sent, sandbox = fields(), world()
    with sandbox.lock:
        customer = sandbox.store.customer(text(sent, "customer"))
        kind = VoucherType(text(sent, "type"))
        voucher = publish_card(sandbox.store, card_campaign(sandbox, kind), customer)
        if sent.get("balance"):
            addition, why = transaction_type(kind, "ADDITION"), Why(Cause.PURCHASE)
            posting = Posting(sent["balance"], addition, source="API", why=why)
            post(sandbox.store, voucher, posting)
        return card(voucher), 201


@blueprint.post("/spend")
def post_spend() -> Answer:
    """
    Let a customer pay an order from a card.

    "redemption": true names the redemption, which can be rolled back, and "reward" what for.
    """
    sent, sandbox = fields(), world()
    with sandbox.lock:
        voucher = sandbox.store.voucher(text(sent, "card"))
        kind = transaction_type(voucher.type, "REDEMPTION")
        if sent.get("redemption"):
            redemption = redeem(sandbox, voucher, sent["amount"], reward=sent.get("reward"))
            return {**card(voucher), "redemption": redemption.id}, 201
        posting = Posting(-sent["amount"], kind, source="API", why=Why(Cause.ORDER))
        post(sandbox.store, voucher, posting)
        return card(voucher), 201


@blueprint.post("/unassign")
def post_unassign() -> Answer:
    """
    End assignments ("holder" or "holders") as a person at the dashboard does.

    A person can remove a referrer too, which the REST API refuses.
    """
    sent, sandbox = fields(), world()
    names = sent.get("holders") or [text(sent, "holder")]
    with sandbox.lock:
        found = [sandbox.store.holders.get(each) for each in names]
        holders = [each for each in found if each is not None and each.ended_at is None]
        if len(holders) < len(names):
            raise not_found("redeemable_holder", ", ".join(map(str, names)))
        origin = events.by_person(sandbox.ids.request())
        for each in holders:
            unassign(sandbox.store, each, origin=origin, sender=sandbox.sender)
    return {"holders": names}


@blueprint.post("/send")
def post_send() -> Answer:
    """Sign the body of this call as it is, and send it as a webhook."""
    sandbox = world()
    with sandbox.lock:
        sendout = Sendout(sandbox.ids.new("whs"), "raw", request.get_data(), sandbox.clock.now())
        sandbox.sender.send(sendout)
        return {"sendout": sendout.id}, 201


@blueprint.post("/sendouts/<sendout_id>/resend")
def post_resend(sendout_id: str) -> Answer:
    """Send the same body once more."""
    sendout = world().sender.resend(sendout_id)
    if sendout is None:
        raise not_found("sendout", sendout_id)
    return {"sendout": sendout.id}, 202

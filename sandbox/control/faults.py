"""The endpoints that let things go wrong: calls, webhooks, rollbacks, and data that is shown."""

from dataclasses import asdict, fields

from flask import Blueprint

from sandbox.control.fields import Fields, steers
from sandbox.control.snapshot import snapshot
from sandbox.faults.data import NULLABLE, ROLLBACKS
from sandbox.faults.rules import Faults
from sandbox.faults.webhooks import Shares, WebhookFaults
from sandbox.voucherify.data.errors import check_names, not_found, text
from sandbox.voucherify.data.records import Role, VoucherType
from sandbox.voucherify.life import events
from sandbox.voucherify.life.assignments import assign
from sandbox.voucherify.life.campaigns import add_campaign, card_campaign, publish_code
from sandbox.voucherify.life.cards import hold, top_up
from sandbox.voucherify.life.customers import add_customer, person
from sandbox.voucherify.shapes.vouchers import holder as listed_holder
from sandbox.world import Answer, World


blueprint = Blueprint("faults", __name__, url_prefix="/sandbox")


@blueprint.get("/faults")
@steers
def get_faults(sandbox: World, _: Fields) -> Answer:
    """List the faults of calls and how often each was used."""
    return snapshot(sandbox, ["faults"])


@blueprint.put("/faults")
@steers
def put_faults(sandbox: World, wanted: Fields) -> Answer:
    """Replace the faults of calls to the components named in the body."""
    sandbox.faults.put(wanted)
    return sandbox.faults.as_json()


@blueprint.delete("/faults")
@steers
def delete_faults(sandbox: World, _: Fields) -> Answer:
    """Switch all faults of calls off."""
    sandbox.faults = Faults()
    return {}


@blueprint.put("/webhook")
@steers
def put_webhook(sandbox: World, wanted: Fields) -> Answer:
    """
    Switch the webhook on or off ("active"), point it elsewhere ("url"), set its faults.

    {"lose": 0.2, "delay_seconds": 3, "delay_share": 0.5, "repeat": 2, "repeat_share": 0.1,
    "seed": 7} are decided for each new sendout; what is not named stays as it is. "events"
    is what the Management API says that the webhook is sent.
    """
    sender, names = sandbox.sender, {each.name for each in fields(Shares)}
    check_names(wanted, {"active", "url", "events", *names}, "setting of the webhook")
    shares = {name: wanted[name] for name in names & wanted.keys()}
    if shares:
        sender.faults = WebhookFaults(Shares.parse({**asdict(sender.faults.shares), **shares}))
    sender.url = str(wanted.get("url", sender.url))
    sender.events = [str(each) for each in wanted.get("events", sender.events)]
    if "active" in wanted:
        (sender.enable if wanted["active"] else sender.disable)()
    return snapshot(sandbox, ["webhook"])


@blueprint.put("/redemptions/<name>")
@steers
def put_redemption(sandbox: World, wanted: Fields, name: str) -> Answer:
    """
    Set the faults of a redemption's next rollbacks ("mishaps"), or make it a part ("parent").

    A fault is multiple_requests or failure, each also with _applied: something else had the
    effect, or it happened although the answer says FAILURE. Or it is invalid_redemption.
    """
    faults = list(wanted.get("mishaps", ()))
    check_names(faults, ROLLBACKS, "mishap of a rollback")
    redemption = sandbox.store.redemptions.get(name)
    if redemption is None:
        raise not_found("redemption", name)
    redemption.faults = faults
    redemption.parent_id = wanted.get("parent", redemption.parent_id)
    return {"redemption": name, "mishaps": faults, "parent": redemption.parent_id}


@blueprint.post("/odd_holder")
@steers
def post_odd_holder(sandbox: World, wanted: Fields) -> Answer:
    """
    Let the API show nulls ("nulls": names of fields) in a "holder", or in a new one on a "code".

    A new one is an unknown customer, in a "role", REFEREE by default; webhooks stay whole.
    """
    nulls = frozenset(wanted.get("nulls", ("customer_id", "holder_role", "campaign_type")))
    if nulls - NULLABLE:
        raise ValueError(f"Never null: {', '.join(sorted(nulls - NULLABLE))}.")
    store = sandbox.store
    if "holder" in wanted:
        holder = store.assignment(text(wanted, "holder"))
    else:
        code, stranger = store.voucher(text(wanted, "code")), person(store.ids.number())
        role = Role(wanted.get("role", "REFEREE"))
        holder = hold(store, code, add_customer(store, stranger), role)
    holder.nulls = nulls
    return {"customer": holder.customer_id, "holder": holder.id, **listed_holder(holder)}, 201


@blueprint.post("/odd_assignment")
@steers
def post_odd_assignment(sandbox: World, wanted: Fields) -> Answer:
    """
    Make an assignment of any "role" to a voucher of any "voucher_type", with a "balance".

    Webhooks may have every combination; the published API makes only discount codes with
    referrers and referees, and cards with owners.
    """
    store, role, kind = sandbox.store, Role(wanted["role"]), VoucherType(wanted["voucher_type"])
    if role is Role.OWNER:
        voucher = publish_code(store, card_campaign(store, kind), role=role)
    else:
        voucher = publish_code(store, add_campaign(store, voucher_type=kind))
    if wanted.get("balance") and kind is not VoucherType.CODE:
        top_up(store, voucher, wanted["balance"])
    holder = next(iter(store.holders_of(voucher.id)))
    if role is Role.REFEREE:
        customer = add_customer(store, person(store.ids.number()))
        origin = events.by_api(store.ids.request(), sandbox.settings.app_id)
        holder = assign(store, voucher, customer, origin=origin)
    return {
        "campaign": holder.campaign_id,
        "voucher": {"id": voucher.id, "code": voucher.code},
        "customer": holder.customer_id,
        "holder": holder.id,
    }, 201

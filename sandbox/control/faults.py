"""The endpoints that make odd what the API then shows."""

from flask import Blueprint

from sandbox.control.fields import fields, text
from sandbox.control.oddities import odd_assignment
from sandbox.voucherify.data.errors import not_found
from sandbox.voucherify.data.records import Role, VoucherType
from sandbox.voucherify.life.customers import add_customer
from sandbox.voucherify.life.holding import hold
from sandbox.voucherify.life.people import person
from sandbox.voucherify.life.rollbacks import MISHAPS
from sandbox.voucherify.shapes import render
from sandbox.world import Answer, world


blueprint = Blueprint("odd", __name__, url_prefix="/sandbox")

_NULLABLE = frozenset(
    {
        "customer_id",
        "holder_role",
        "campaign_type",
        "campaign_id",
        "voucher_type",
        "redeemable_id",
        "redeemable_object",
        "created_at",
        "metadata",
    }
)


@blueprint.post("/odd_assignment")
def post_odd_assignment() -> Answer:
    """Make an assignment of any "role" to a voucher of any "voucher_type", with a "balance"."""
    wanted, sandbox = fields(), world()
    role, kind = Role(wanted["role"]), VoucherType(wanted["voucher_type"])
    with sandbox.lock:
        return odd_assignment(sandbox, role, kind, wanted.get("balance", 0)), 201


@blueprint.post("/odd_holder")
def post_odd_holder() -> Answer:
    """
    Let the API show nulls ("nulls": names of fields) in a "holder", or in a new one on a "code".

    A new one is somebody nobody knows, in a "role", REFEREE by default; webhooks stay whole.
    """
    wanted, sandbox = fields(), world()
    nulls = frozenset(wanted.get("nulls", ("customer_id", "holder_role", "campaign_type")))
    if nulls - _NULLABLE:
        raise ValueError(f"Never null: {', '.join(sorted(nulls - _NULLABLE))}.")
    with sandbox.lock:
        store = sandbox.store
        if "holder" in wanted:
            found = store.holders.get(text(wanted, "holder"))
            if found is None:
                raise not_found("redeemable_holder", text(wanted, "holder"))
            holder = found
        else:
            code, somebody = store.voucher(text(wanted, "code")), person(sandbox.ids.number())
            role = Role(wanted.get("role", "REFEREE"))
            holder = hold(store, code, add_customer(store, somebody), role)
        holder.nulls = nulls
        return {"customer": holder.customer_id, "holder": holder.id, **render.holder(holder)}, 201


@blueprint.put("/redemptions/<name>")
def put_redemption(name: str) -> Answer:
    """
    Let the next rollbacks of a redemption go wrong ("mishaps"), or make it a part ("parent").

    A mishap is multiple_requests or failure, each also with _applied: something else had the
    effect, or it happened although the answer says FAILURE. Or it is invalid_redemption.
    """
    wanted, sandbox = fields(), world()
    mishaps = list(wanted.get("mishaps", ()))
    if unknown := set(mishaps) - set(MISHAPS):
        raise ValueError(f"No such mishap of a rollback: {', '.join(sorted(unknown))}.")
    with sandbox.lock:
        redemption = sandbox.store.redemptions.get(name)
        if redemption is None:
            raise not_found("redemption", name)
        redemption.mishaps = mishaps
        redemption.parent_id = wanted.get("parent", redemption.parent_id)
        return {"redemption": name, "mishaps": mishaps, "parent": redemption.parent_id}

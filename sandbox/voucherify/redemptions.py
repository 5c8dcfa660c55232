"""Redemptions, after Voucherify's API reference, "Redemptions"."""

from flask import Blueprint

from sandbox.clock import stamp
from sandbox.voucherify import http, render
from sandbox.voucherify.errors import ApiError, not_found
from sandbox.world import Answer, world


blueprint = Blueprint("redemptions", __name__, url_prefix="/redemptions/<name>")


@blueprint.post("/rollback")
def roll_back(name: str) -> Answer:
    """Rollback redemption: cancels its order, once; the body may be empty, but must be there."""
    reason = http.optional_text(http.body(), "reason")
    sandbox = world()
    with sandbox.lock:
        store = sandbox.store
        redemption = store.redemptions.get(name)
        if redemption is None:
            raise not_found("redemption", name)
        if redemption.rollback_id is not None:
            raise ApiError(
                400,
                "already_rolled_back",
                "Already rolled back",
                "Redemption has been already rolled back.",
                resource_id=redemption.rollback_id,
                resource_type="redemption_rollback",
            )
        redemption.rollback_id = store.ids.new("rr")
        store.vouchers[redemption.voucher_id].uses -= 1
        return render.rollback(redemption, reason, stamp(sandbox.clock.now()), store)

"""Redemptions, after Voucherify's API reference, "Redemptions"."""

from flask import Blueprint

from sandbox.voucherify.api import calls
from sandbox.voucherify.data.errors import optional_text
from sandbox.voucherify.life.rollbacks import roll_back
from sandbox.world import Answer, World, locked


blueprint = Blueprint("redemptions", __name__, url_prefix="/redemptions/<name>")


@blueprint.post("/rollback")
@locked
def post_rollback(sandbox: World, name: str) -> Answer:
    """Rollback redemption; the body may be empty, but must be there."""
    reason = optional_text(calls.body(), "reason")
    return roll_back(sandbox.store, name, reason, calls.origin())

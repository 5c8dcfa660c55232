"""Vouchers, after Voucherify's API reference, "Vouchers"."""

from flask import Blueprint, request

from sandbox.voucherify.api import calls, paging
from sandbox.voucherify.api.paging import PageRequest
from sandbox.voucherify.data.errors import invalid_payload, optional_text
from sandbox.voucherify.life.cards import adjust
from sandbox.voucherify.shapes.vouchers import balance, transaction
from sandbox.voucherify.shapes.vouchers import voucher as listed_voucher
from sandbox.world import Answer, World, locked


blueprint = Blueprint("vouchers", __name__, url_prefix="/vouchers/<name>")


@blueprint.get("")
@locked
def get_voucher(sandbox: World, name: str) -> Answer:
    """Get voucher."""
    return listed_voucher(sandbox.store.voucher(name), sandbox.store.campaigns)


@blueprint.post("/disable", defaults={"active": False})
@blueprint.post("/enable", defaults={"active": True})
@locked
def set_active(sandbox: World, name: str, active: bool) -> Answer:
    """Disable or enable a voucher; doing so twice is not an error."""
    voucher = sandbox.store.voucher(name)
    voucher.active = active
    voucher.updated_at = sandbox.clock.now()
    return listed_voucher(voucher, sandbox.store.campaigns)


@blueprint.post("/balance")
@locked
def update_balance(sandbox: World, name: str) -> Answer:
    """Update voucher balance: cents of a gift card or points of a loyalty card."""
    fields = calls.body()
    amount = fields.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise invalid_payload("Property .amount must be integer")
    source_id, reason = (optional_text(fields, each) for each in ("source_id", "reason"))
    card = sandbox.store.voucher(name)
    change = adjust(sandbox.store, card, amount, source_id=source_id, reason=reason)
    sandbox.store.hide(change.id)
    return balance(card, change)


@blueprint.get("/transactions")
@locked
def list_transactions(sandbox: World, name: str) -> Answer:
    """List voucher transactions."""
    wanted = PageRequest.read(request.args)
    card = sandbox.store.voucher(name)
    page, has_more = wanted.cut(card.transactions, lambda each: sandbox.store.is_listed(each.id))
    return paging.as_json([transaction(card, each) for each in page], has_more=has_more)

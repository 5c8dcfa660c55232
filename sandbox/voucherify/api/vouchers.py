"""Vouchers, after Voucherify's API reference, "Vouchers"."""

from flask import Blueprint, request

from sandbox.voucherify.api import http, paging
from sandbox.voucherify.api.paging import PageRequest
from sandbox.voucherify.data.errors import invalid_payload
from sandbox.voucherify.life.ledger import adjust
from sandbox.voucherify.shapes import render
from sandbox.world import Answer, world


blueprint = Blueprint("vouchers", __name__, url_prefix="/vouchers/<name>")


@blueprint.get("")
def get_voucher(name: str) -> Answer:
    """Get voucher."""
    sandbox = world()
    with sandbox.lock:
        return render.voucher(sandbox.store.voucher(name), sandbox.store)


@blueprint.post("/disable", defaults={"active": False})
@blueprint.post("/enable", defaults={"active": True})
def set_active(name: str, active: bool) -> Answer:
    """Disable or enable a voucher; doing so twice is not an error."""
    sandbox = world()
    with sandbox.lock:
        voucher = sandbox.store.voucher(name)
        voucher.active = active
        voucher.updated_at = sandbox.clock.now()
        return render.voucher(voucher, sandbox.store)


@blueprint.post("/balance")
def update_balance(name: str) -> Answer:
    """Update voucher balance: cents of a gift card or points of a loyalty card."""
    fields = http.body()
    amount = fields.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise invalid_payload("Property .amount must be integer")
    source_id, reason = (http.optional_text(fields, each) for each in ("source_id", "reason"))
    sandbox = world()
    with sandbox.lock:
        card = sandbox.store.voucher(name)
        change = adjust(sandbox.store, card, amount, source_id=source_id, reason=reason)
        sandbox.store.hide(change.id)
        return render.balance(card, change)


@blueprint.get("/transactions")
def list_transactions(name: str) -> Answer:
    """List voucher transactions."""
    wanted = PageRequest.read(request.args)
    sandbox = world()
    with sandbox.lock:
        card = sandbox.store.voucher(name)
        page = wanted.cut(card.transactions, lambda each: sandbox.store.is_listed(each.id))
        data = [render.transaction(card, each) for each in page.records]
    return paging.as_json(data, has_more=page.has_more)

"""Customers, after Voucherify's API reference, "Customers"."""

from flask import Blueprint, request

from sandbox.voucherify.api import calls
from sandbox.voucherify.api.filters import Filters
from sandbox.voucherify.api.paging import PageRequest
from sandbox.voucherify.data.errors import optional_text
from sandbox.voucherify.life import events
from sandbox.voucherify.life.customers import put_metadata
from sandbox.voucherify.shapes.customers import customer as listed_customer
from sandbox.voucherify.shapes.vouchers import redeemable
from sandbox.world import Answer, World, locked


blueprint = Blueprint("customers", __name__, url_prefix="/customers/<name>")

_REDEEMABLE_FILTERS = {
    *("id", "created_at", "redeemable_id", "redeemable_object"),
    *("holder_role", "campaign_id", "campaign_type", "voucher_type"),
}


@blueprint.get("")
@locked
def get_customer(sandbox: World, name: str) -> Answer:
    """Get customer."""
    return listed_customer(sandbox.store.customer(name))


@blueprint.put("")
@locked
def update_customer(sandbox: World, name: str) -> Answer:
    """Update customer: what is not sent stays as it is, single metadata keys too by default."""
    fields = calls.body()
    texts = {each: optional_text(fields, each) for each in ("name", "email") if each in fields}
    store = sandbox.store
    customer = store.customer(name)
    if "metadata" in fields:
        customer.metadata = put_metadata(store, customer.metadata, fields["metadata"])
    customer.name = texts.get("name", customer.name)
    customer.email = texts.get("email", customer.email)
    customer.updated_at = at = sandbox.clock.now()
    shown, origin = listed_customer(customer), calls.origin()
    data = {"customer": shown}
    events.record(store, customer, "customer.updated", data, campaign=None, origin=origin, at=at)
    return shown


@blueprint.get("/redeemables")
@locked
def list_redeemables(sandbox: World, name: str) -> Answer:
    """List customer's redeemables."""
    wanted = PageRequest.read(request.args)
    filters = Filters.read(request.args, fields=_REDEEMABLE_FILTERS)
    store = sandbox.store
    held = store.redeemables_of(store.customer(name).id)
    return wanted.holders(
        held,
        filters,
        lambda each: redeemable(each, store.vouchers[each.voucher_id], store.campaigns),
    )

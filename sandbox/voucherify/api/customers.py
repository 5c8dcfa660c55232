"""Customers, after Voucherify's API reference, "Customers"."""

from flask import Blueprint, request

from sandbox.voucherify.api import http, paging
from sandbox.voucherify.api.filters import Filters
from sandbox.voucherify.api.metadata import put
from sandbox.voucherify.api.paging import PageRequest
from sandbox.voucherify.data.errors import invalid_payload
from sandbox.voucherify.data.records import Holder
from sandbox.voucherify.life import events
from sandbox.voucherify.shapes import render
from sandbox.world import Answer, world


blueprint = Blueprint("customers", __name__, url_prefix="/customers/<name>")

_REDEEMABLE_FILTERS = {
    "id",
    "created_at",
    "redeemable_id",
    "redeemable_object",
    "holder_role",
    "campaign_id",
    "campaign_type",
    "voucher_type",
}


@blueprint.get("")
def get_customer(name: str) -> Answer:
    """Get customer."""
    sandbox = world()
    with sandbox.lock:
        return render.customer(sandbox.store.customer(name))


@blueprint.put("")
def update_customer(name: str) -> Answer:
    """Update customer: what is not sent stays as it is, single metadata keys too by default."""
    fields = http.body()
    metadata = fields.get("metadata", {})
    if not isinstance(metadata, dict):
        raise invalid_payload("Property .metadata must be object")
    texts = {each: http.optional_text(fields, each) for each in ("name", "email")}
    sandbox = world()
    with sandbox.lock:
        store = sandbox.store
        customer = store.customer(name)
        merged = customer.metadata
        if "metadata" in fields:
            merged = put(store, merged, metadata)
        customer.name = texts["name"] if "name" in fields else customer.name
        customer.email = texts["email"] if "email" in fields else customer.email
        customer.metadata = merged
        customer.updated_at = sandbox.clock.now()
        shown = render.customer(customer)
        events.record(
            store,
            customer,
            "customer.updated",
            {"customer": shown},
            campaign=None,
            origin=http.origin(),
            at=customer.updated_at,
        )
        return shown


@blueprint.get("/redeemables")
def list_redeemables(name: str) -> Answer:
    """List customer's redeemables."""
    wanted = PageRequest.read(request.args)
    filters = Filters.read(request.args, fields=_REDEEMABLE_FILTERS)

    def matches(holder: Holder) -> bool:
        return filters.match(render.holder(holder))

    sandbox = world()
    with sandbox.lock:
        held = sandbox.store.redeemables_of(sandbox.store.customer(name).id)
        page = wanted.cut(held, matches)
        total = sum(map(matches, held)) if filters else len(held)
        data = [render.redeemable(each, sandbox.store) for each in page.records]
    return paging.with_total(data, total=total, has_more=page.has_more)

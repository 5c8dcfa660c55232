"""Holders of referral codes, after Voucherify's API reference, "Referrals"."""

from typing import Any

from flask import Blueprint, Response, request

from sandbox.voucherify.api import calls, paging
from sandbox.voucherify.api.filters import Filters
from sandbox.voucherify.api.paging import PageRequest
from sandbox.voucherify.data.errors import ApiError, invalid_payload, not_found
from sandbox.voucherify.data.ordered import Ordered
from sandbox.voucherify.data.records import Customer, Holder, Role, Voucher
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.life.assignments import already_assigned, assign, unassign
from sandbox.voucherify.life.customers import add_customer
from sandbox.voucherify.shapes.vouchers import holder as listed_holder
from sandbox.world import Answer, World, locked


blueprint = Blueprint("referrals", __name__, url_prefix="/referrals")

_FILTERS = {"id", "created_at", "holder_role", "customer_id"}
_MOST_AT_ONCE = 100


@blueprint.get("/members/<name>/holders", defaults={"campaign": None})
@blueprint.get("/<campaign>/members/<name>/holders")
@locked
def list_holders(sandbox: World, name: str, campaign: str | None) -> Answer:
    """List referral code holders."""
    wanted = PageRequest.read(request.args)
    filters = Filters.read(request.args, fields=_FILTERS)
    code = _code(sandbox.store, name, campaign)
    return wanted.holders(_candidates(sandbox.store, code, filters), filters)


@blueprint.post("/members/<name>/holders", defaults={"campaign": None})
@blueprint.post("/<campaign>/members/<name>/holders")
@locked
def add_holders(sandbox: World, name: str, campaign: str | None) -> Answer:
    """Add referral code holders: all of the customers sent, or none."""
    people = calls.body().get("holders")
    if not isinstance(people, list) or not people:
        raise invalid_payload("Property .holders must NOT have fewer than 1 items")
    if len(people) > _MOST_AT_ONCE:
        raise invalid_payload(f"Property .holders must NOT have more than {_MOST_AT_ONCE} items")
    store = sandbox.store
    code = _code(store, name, campaign)
    if not code.is_referral_code:
        raise ApiError(400, "not_published", "Voucher is not published", f"Code {code.code}")
    customers = [_customer(store, each) for each in people]
    if len({each.id for each in customers}) < len(customers):
        raise ApiError(409, "duplicate_found", "Duplicate found", "A holder is named twice")
    if any(store.pair(code.id, each.id) for each in customers):
        raise already_assigned()
    origin = calls.origin()
    holders = [assign(store, code, each, origin=origin) for each in customers]
    data = [listed_holder(each) for each in holders]
    return paging.with_total(data, total=len(data), has_more=False)


@blueprint.delete("/members/<name>/holders/<holder_id>", defaults={"campaign": None})
@blueprint.delete("/<campaign>/members/<name>/holders/<holder_id>")
@locked
def remove_holder(sandbox: World, name: str, holder_id: str, campaign: str | None) -> Response:
    """Remove referral code holder; the referrer cannot be removed."""
    holder = sandbox.store.holder(_code(sandbox.store, name, campaign), holder_id)
    if holder.role is Role.REFERRER:
        details = "You can not remove Referrer assignment"
        raise ApiError(403, "forbidden", "Can not remove assignment", details)
    unassign(sandbox.store, holder, origin=calls.origin())
    return Response(status=204)


def _code(store: Store, name: str, campaign: str | None) -> Voucher:
    wanted = None if campaign is None else store.campaign(campaign).id
    code = store.voucher(name)
    if wanted not in {None, code.campaign_id}:
        raise not_found("voucher", name)
    return code


def _candidates(store: Store, code: Voucher, filters: Filters) -> Ordered[Holder]:
    # Asking for one customer must not walk through all the others who share the code.
    customer_id = filters.only("customer_id")
    if customer_id is None:
        return store.holders_of(code.id)
    found: Ordered[Holder] = Ordered()
    holder = store.pair(code.id, customer_id)
    if holder is not None:
        found.add(holder.id, holder)
    return found


def _customer(store: Store, sent: Any) -> Customer:
    if not isinstance(sent, dict):
        raise invalid_payload("Items of .holders must be object")
    if isinstance(sent.get("id"), str):
        return store.customer(sent["id"])
    if not isinstance(sent.get("source_id"), str):
        raise invalid_payload("Items of .holders must have id or source_id")
    return store.find_customer(sent["source_id"]) or add_customer(store, sent)

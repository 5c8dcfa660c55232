"""Campaigns and vouchers in numbered pages, after Voucherify's API reference."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, request

from sandbox.voucherify.api.filters import moment_of
from sandbox.voucherify.api.paging import NumberedPage
from sandbox.voucherify.data.errors import invalid_query
from sandbox.voucherify.data.event_types import CAMPAIGN_TYPES
from sandbox.voucherify.data.records import Campaign, Voucher
from sandbox.voucherify.data.register import Window
from sandbox.voucherify.data.store import Store
from sandbox.voucherify.shapes.campaigns import listed_campaign
from sandbox.voucherify.shapes.vouchers import voucher as listed_voucher
from sandbox.world import Answer, World, locked


blueprint = Blueprint("lists", __name__)

_MOMENTS = frozenset({"created_at", "updated_at"})
_VOUCHER_KEYS: dict[str, Callable[[Voucher], Any]] = {
    "updated_at": lambda voucher: (voucher.updated_at, voucher.id),
    "code": lambda voucher: voucher.code,
}


@blueprint.get("/campaigns")
@locked
def list_campaigns(sandbox: World) -> Answer:
    """List campaigns."""
    wanted = NumberedPage.read(request.args, orders=_MOMENTS, last_page=100)
    kind = request.args.get("campaign_type")
    if kind is not None and kind not in CAMPAIGN_TYPES:
        raise invalid_query("campaign_type must be equal to one of the allowed values")
    store = sandbox.store
    there = [each for each in store.campaigns.values() if each.id not in store.deleted]
    found = [each for each in there if kind in {None, each.campaign_type}]
    found.sort(key=lambda each: (getattr(each, wanted.field), each.id), reverse=wanted.descending)
    page = found[wanted.skip : wanted.skip + wanted.limit]
    shown = [_campaign(store, each) for each in page]
    return _as_json("campaigns", shown, len(found))


@blueprint.get("/campaigns/<name>")
@locked
def get_campaign(sandbox: World, name: str) -> Answer:
    """Get campaign."""
    return _campaign(sandbox.store, sandbox.store.campaign(name))


@blueprint.get("/vouchers")
@locked
def list_vouchers(sandbox: World) -> Answer:
    """
    List vouchers, those of one campaign and of one window of time if asked.

    Whether a window has its ends in it is not documented; here it has not, so that a caller
    whose windows only touch misses what was created at that very moment.
    """
    wanted = NumberedPage.read(
        request.args, orders=_MOMENTS | {"code"}, last_page=99, default="-created_at"
    )
    after, before = _window("after"), _window("before")
    store = sandbox.store
    window = store.register.find(request.args.get("campaign_id"), after=after, before=before)
    page = [listed_voucher(each, store.campaigns) for each in _page(store, window, wanted)]
    return _as_json("vouchers", page, len(window))


def _campaign(store: Store, campaign: Campaign) -> dict[str, Any]:
    vouchers = store.register.size(campaign.id)
    return listed_campaign(campaign, store.campaigns, vouchers=vouchers)


def _page(store: Store, window: Window, wanted: NumberedPage) -> list[Voucher]:
    if wanted.field == "created_at":
        ids = window.cut(skip=wanted.skip, limit=wanted.limit, descending=wanted.descending)
        return [store.vouchers[each] for each in ids]
    found = [store.vouchers[each] for each in window.ids()]
    found.sort(key=_VOUCHER_KEYS[wanted.field], reverse=wanted.descending)
    return found[wanted.skip : wanted.skip + wanted.limit]


def _window(end: str) -> datetime | None:
    # The reference shows the name with brackets around its first part, the specification without.
    names = (f"created_at[{end}]", f"[created_at][{end}]")
    given = next((each for each in names if each in request.args), None)
    return None if given is None else moment_of(given, request.args[given])


def _as_json(kind: str, records: list[dict[str, Any]], total: int) -> dict[str, Any]:
    return {"object": "list", "data_ref": kind, kind: records, "total": total}

"""What happened to a customer, after Voucherify's API reference, "List customer activity"."""

from collections.abc import Collection
from datetime import datetime

from flask import Blueprint, request

from sandbox.faults.data import with_strays
from sandbox.voucherify.api import paging
from sandbox.voucherify.api.filters import moment_of
from sandbox.voucherify.api.paging import PageRequest
from sandbox.voucherify.data.errors import invalid_query
from sandbox.voucherify.data.event_types import CAMPAIGN_TYPES, CATEGORIES, SELECTABLE, category_of
from sandbox.voucherify.data.records import Activity
from sandbox.voucherify.shapes.customers import activity as listed_activity
from sandbox.world import Answer, World, locked


blueprint = Blueprint("activity", __name__, url_prefix="/customers/<name>/activity")


@blueprint.get("")
@locked
def list_activity(sandbox: World, name: str) -> Answer:
    """
    List customer activity.

    The two assignment types occur in answers, but the reference does not list them among
    the values of the `type` parameter: the stand-in refuses them there.
    """
    wanted = PageRequest.read(request.args, order_by="created_at")
    campaign_id = request.args.get("campaign_id")
    campaign_type = _one_of("campaign_type", CAMPAIGN_TYPES)
    event_type, category = _one_of("type", SELECTABLE), _one_of("category", CATEGORIES)
    start, end = _date("start_date"), _date("end_date")

    def matches(activity: Activity) -> bool:
        return activity.is_stray or (
            (campaign_id is None or activity.campaign_id == campaign_id)
            and (campaign_type is None or activity.campaign_type == campaign_type)
            and (event_type is None or activity.type == event_type)
            and (category is None or category_of(activity.type) == category)
            and (start is None or activity.created_at >= start)
            and (end is None or activity.created_at <= end)
        )

    happened = list(sandbox.store.activity_of(sandbox.store.customer(name).id))
    # A scenario begins days ago, so the order of the ids is not that of the events.
    happened.sort(key=_moment, reverse=wanted.descending)
    options = sandbox.store.options
    happened = list(with_strays(happened, options.activity_noise))
    found = [each for each in _after(happened, wanted.after) if matches(each)]
    data = [listed_activity(each, shape=options.activity_shape) for each in found[: wanted.limit]]
    return paging.as_json(data, has_more=len(found) > wanted.limit)


def _moment(activity: Activity) -> tuple[datetime, str]:
    return activity.created_at, activity.id


def _after(happened: list[Activity], activity_id: str | None) -> list[Activity]:
    if activity_id is None:
        return happened
    for place, each in enumerate(happened, start=1):
        if each.id == activity_id:
            return happened[place:]
    raise invalid_query("starting_after_id is not an event of this customer")


def _one_of(name: str, allowed: Collection[str]) -> str | None:
    value = request.args.get(name)
    if value is not None and value not in allowed:
        raise invalid_query(f"{name} must be equal to one of the allowed values")
    return value


def _date(name: str) -> datetime | None:
    text = request.args.get(name)
    return None if text is None else moment_of(name, text)

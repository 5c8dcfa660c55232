"""Which of the known assignments are over, and since when: pure functions over values."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inbox.model.assignment import Assignment, Missing
from schemas.catalogue import HOLDER_ASSIGNMENT_DELETED
from worker.reconcile.outcomes import Ending
from worker.reconcile.source.holders import REFERRAL_ROLES
from worker.voucherify.values import Json, moment, object_of, text


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalEvent:
    """A removal in a customer's activity: the item, its id and its time."""

    event: str
    at: datetime
    item: Json


def gone(
    known: Mapping[str, Assignment], listed: Mapping[str, Assignment] | None
) -> list[Assignment]:
    """Return who held the code before and is no longer listed; all, if there is no code."""
    return [each for holder, each in known.items() if holder not in (listed or {})]


def news(known: Collection[str], listed: Mapping[str, Assignment] | None) -> list[Assignment]:
    """Return the holders of referral roles that were not known."""
    return [
        each
        for holder, each in (listed or {}).items()
        if holder not in known and each.role in REFERRAL_ROLES and each.customer
    ]


def removal_in(activity: Iterable[Json], holder: str) -> RemovalEvent | None:
    """Return the removal of one assignment in a customer's activity, if any."""
    return next((each for each in removals_in(activity) if holder_in(each.item) == holder), None)


def removals_in(activity: Iterable[Json]) -> Iterable[RemovalEvent]:
    """
    Return the removals in a customer's activity; other types of items are skipped.

    An item's `data` is nested (`data.data`) by the reference's schema and flat in older answers;
    both are read.
    """
    for item in activity:
        event, at = text(item.get("id")), moment(item.get("created_at"))
        if item.get("type") == HOLDER_ASSIGNMENT_DELETED and event and at:
            yield RemovalEvent(event=event, at=at, item=item)


def is_odd_event(item: object) -> bool:
    """Return whether an item of activity cannot be read, though it may be a removal."""
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        return True
    if item["type"] != HOLDER_ASSIGNMENT_DELETED:
        return False
    return next(iter(removals_in([item])), None) is None or not holder_in(item)


def is_owners(item: Json) -> bool:
    """Return whether an item of activity is about an owner's own coupon."""
    return _holder(item).get("holder_role") == "OWNER"


def data_of(item: Json) -> Json:
    """Return the event's own object of an item of activity, nested or flat."""
    data = object_of(item.get("data"))
    inner = data.get("data")
    return inner if isinstance(inner, dict) else data


def holder_in(item: Json) -> str | None:
    """Return the id of the assignment that an item of activity is about."""
    found = _holder(item).get("id")
    return found if isinstance(found, str) else None


def assignment_in(item: Json) -> Assignment | None:
    """Return the assignment of a removal; None if it lacks an id, or is not a referral's."""
    shown = _holder(item)
    names = ("id", "customer_id", "holder_role", "redeemable_id", "campaign_id")
    holder, customer, role, code, campaign = (text(shown.get(name)) for name in names)
    if not (holder and customer and role in REFERRAL_ROLES and code and campaign):
        return None
    return Assignment(
        holder=holder,
        customer=customer,
        role=role,
        code=code,
        campaign=campaign,
        kind=text(shown.get("voucher_type")) or "",
        since=text(shown.get("created_at")) or "",
    )


def ending_of(
    assignment: Assignment,
    removal: RemovalEvent | None,
    *,
    customer_exists: bool,
    code_exists: bool,
    now: datetime,
    grace: timedelta,
) -> Ending:
    """
    Return what became of an assignment that is no longer listed and whose removal is unreported.

    Without an event, a code or a customer that is gone does not prove a removal: shops delete
    codes of old campaigns, and people ask to be deleted. An assignment that was just made may be
    missing because the list lags.
    """
    if removal is not None:
        return Ending.YOUNG if now - removal.at < grace else Ending.MISSING
    if not code_exists:
        return Ending.CODE_GONE
    if not customer_exists:
        return Ending.CUSTOMER_GONE
    since = moment(assignment.since)
    return Ending.YOUNG if since and now - since < grace else Ending.MISSING


def removed_at(assignment: Assignment, listed: Iterable[Assignment], now: datetime) -> datetime:
    """
    Return the latest time at which an assignment without an event can have ended.

    What was granted until then counts as its own, so it ends before the same customer's next
    assignment to the code begins. An odd one without a customer may be that.
    """
    since = moment(assignment.since) or datetime.min.replace(tzinfo=UTC)
    later = (
        at
        for each in listed
        if each.customer in {assignment.customer, ""} and (at := moment(each.since)) and at > since
    )
    return min((at - timedelta(milliseconds=1) for at in later), default=now)


def missing(assignment: Assignment, removal: RemovalEvent | None, ended: datetime) -> Missing:
    """Return an unreported removal, as the registry records it."""
    return Missing(
        assignment=assignment,
        removed=(removal.at if removal else ended).isoformat(timespec="milliseconds"),
        event=removal.event if removal else "",
    )


def _holder(item: Json) -> Json:
    return object_of(data_of(item).get("holder"))

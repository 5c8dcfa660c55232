"""Which of the assignments known before are over, and since when: pure functions over values."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from inbox.model.assignment import Assignment, Missing
from schemas import HOLDER_ASSIGNMENT_DELETED, read_timestamp


Json = dict[str, Any]

#: Roles that hold referral perks; an owner's own coupon is none.
REFERRAL_ROLES: Final = frozenset({"REFERRER", "REFEREE"})


class Ending(StrEnum):
    """What became of an assignment that is no longer listed; the names of a run's counts."""

    #: A webhook told of its removal, or an earlier run.
    TOLD = "told"
    #: So young that its webhook may still come.
    YOUNG = "young"
    #: Nobody told of it.
    MISSING = "missing"
    #: The customer was deleted, and with it what happened to them.
    CUSTOMER_GONE = "customer_gone"
    #: The code was deleted and no event tells of a removal: for a person to decide.
    CODE_GONE = "code_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalEvent:
    """A removal as a customer's activity tells it: the event's item, its id and its time."""

    event: str
    at: datetime
    item: Json


def gone(
    known: Mapping[str, Assignment], listed: Mapping[str, Assignment] | None
) -> list[Assignment]:
    """List who held the code before and is not listed any more; all, if there is no code."""
    return [each for holder, each in known.items() if holder not in (listed or {})]


def news(known: Collection[str], listed: Mapping[str, Assignment] | None) -> list[Assignment]:
    """List holders of referral roles that were not known."""
    return [
        each
        for holder, each in (listed or {}).items()
        if holder not in known and each.role in REFERRAL_ROLES and each.customer
    ]


def told_in(activity: Iterable[Json], holder: str) -> RemovalEvent | None:
    """Find the removal of one assignment in a customer's activity."""
    return next((each for each in removals_in(activity) if holder_in(each.item) == holder), None)


def removals_in(activity: Iterable[Json]) -> Iterable[RemovalEvent]:
    """
    List the removals in a customer's activity, whatever else is there.

    An item's `data` is shown nested (`data.data`) by the reference's schema and flat by what
    older answers held; both are read. Other types, known or not, are passed over.
    """
    for item in activity:
        event, created = item.get("id"), item.get("created_at")
        if item.get("type") != HOLDER_ASSIGNMENT_DELETED or not isinstance(event, str):
            continue
        at = read_timestamp(created) if isinstance(created, str) else None
        if at is not None and event:
            yield RemovalEvent(event=event, at=at, item=item)


def is_odd_event(item: object) -> bool:
    """Say whether an item of activity cannot be read, though it may tell of a removal."""
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        return True
    if item["type"] != HOLDER_ASSIGNMENT_DELETED:
        return False
    return next(iter(removals_in([item])), None) is None or not holder_in(item)


def is_owners(item: Json) -> bool:
    """Say whether an item of activity is about somebody's own coupon, which is no referral's."""
    holder = data_of(item).get("holder")
    return isinstance(holder, dict) and holder.get("holder_role") == "OWNER"


def data_of(item: Json) -> Json:
    """Give the event's own object of an item of activity, nested or flat."""
    data = item.get("data")
    inner = data.get("data") if isinstance(data, dict) else None
    if isinstance(inner, dict):
        return inner
    return data if isinstance(data, dict) else {}


def holder_in(item: Json) -> str | None:
    """Name the assignment that an item of activity is about."""
    holder = data_of(item).get("holder")
    found = holder.get("id") if isinstance(holder, dict) else None
    return found if isinstance(found, str) else None


def assignment_in(item: Json) -> Assignment | None:
    """Read whose removal an item tells; None if it lacks an id, or is no referral's."""
    holder = data_of(item).get("holder")
    if not isinstance(holder, dict):
        return None
    names = ("id", "customer_id", "holder_role", "redeemable_id", "campaign_id")
    ids = [holder.get(name) for name in names]
    if not all(isinstance(each, str) and each for each in ids) or ids[2] not in REFERRAL_ROLES:
        return None
    kind, since = holder.get("voucher_type"), holder.get("created_at")
    return Assignment(
        holder=str(ids[0]),
        customer=str(ids[1]),
        role=str(ids[2]),
        code=str(ids[3]),
        campaign=str(ids[4]),
        kind=kind if isinstance(kind, str) else "",
        since=since if isinstance(since, str) else "",
    )


def fate(
    assignment: Assignment,
    told: RemovalEvent | None,
    *,
    customer_exists: bool,
    code_exists: bool,
    now: datetime,
    grace: timedelta,
) -> Ending:
    """
    Decide about an assignment that is not listed any more and of whose removal nobody told.

    Without an event, a code or a customer that is gone is no proof that somebody was removed:
    shops delete codes of old campaigns, and people ask to be deleted. An assignment that was
    just made may be missing because the list lags.
    """
    if told is not None:
        return Ending.YOUNG if now - told.at < grace else Ending.MISSING
    if not code_exists:
        return Ending.CODE_GONE
    if not customer_exists:
        return Ending.CUSTOMER_GONE
    since = read_timestamp(assignment.since)
    return Ending.YOUNG if since and now - since < grace else Ending.MISSING


def removed_at(assignment: Assignment, listed: Iterable[Assignment], now: datetime) -> datetime:
    """
    Give the latest time at which an assignment of which no event tells can have ended.

    What was granted until then is taken for its own, so it ends before the same customer's next
    assignment to the code begins. An odd one whose customer is not known may be that.
    """
    since = read_timestamp(assignment.since) or datetime.min.replace(tzinfo=UTC)
    later = (
        at
        for each in listed
        if each.customer in {assignment.customer, ""}
        and (at := read_timestamp(each.since))
        and at > since
    )
    return min((at - timedelta(milliseconds=1) for at in later), default=now)


def missing(assignment: Assignment, told: RemovalEvent | None, ended: datetime) -> Missing:
    """Note a removal that nobody told of."""
    return Missing(
        assignment=assignment,
        removed=(told.at if told else ended).isoformat(timespec="milliseconds"),
        event=told.event if told else "",
    )

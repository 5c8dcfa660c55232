"""What a run asks of Voucherify's REST API; each method names the page that it follows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from inbox.assignment import Assignment
from schemas import read_timestamp
from worker.answers import Call
from worker.perks.voucherify.api import PAGE, segment
from worker.perks.voucherify.http import unreadable
from worker.perks.voucherify.own import CAMPAIGN, CUSTOMER, VOUCHER, one, page, page_of
from worker.reconcile.calls import Calls


Json = dict[str, Any]

log = structlog.get_logger()

#: Lists of vouchers and campaigns end with this page, whatever comes after ("Listing").
LAST_PAGE: Final = 99

#: Pages of one customer's activity that are searched for a removal, newest first.
MOST_ACTIVITY_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list of a campaign's codes a page stands: codes made after a time, by pages."""

    after: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Codes:
    """One page of a campaign's codes, oldest first; `next` is None after the last."""

    codes: tuple[Json, ...]
    total: int
    next: Place | None


class ReconcileApi:
    """The calls, by name; they raise what `Calls.read` raises."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def campaigns(self) -> Iterator[Json]:
        """Follow: List campaigns. Gives the referral programmes."""
        for number in range(1, LAST_PAGE + 1):
            query = {"limit": PAGE, "page": number, "campaign_type": "REFERRAL_PROGRAM"}
            answer = self._calls.read(
                "lists of campaigns", "/v1/campaigns", query, page("campaigns")
            )
            found = _items(answer, "campaigns")
            yield from found
            if len(found) < PAGE:
                return

    def campaign(self, campaign: str) -> Json | None:
        """Follow: Get campaign."""
        path = f"/v1/campaigns/{segment(campaign)}"
        return self._calls.read("campaigns", path, {}, one(CAMPAIGN, campaign))

    def codes(self, campaign: str, place: Place) -> Codes:
        """
        Follow: List vouchers.

        The list ends with page 99. What comes after is asked for by the time that its codes were
        made, from a millisecond before the last that was seen; so some come twice.
        """
        query = {"limit": PAGE, "page": place.page, "campaign_id": campaign, "order": "created_at"}
        if place.after:
            query["created_at[after]"] = place.after
        answer = self._calls.read("lists of codes", "/v1/vouchers", query, page("vouchers"))
        found = _items(answer, "vouchers")
        total = (answer or {}).get("total")
        return Codes(
            tuple(found),
            total if isinstance(total, int) else 0,
            _next(place, found, campaign) if len(found) == PAGE else None,
        )

    def holders(self, code: str, campaign: str) -> dict[str, Assignment] | None:
        """Follow: List referral code holders. Gives them by assignment; None without the code."""
        path = f"/v1/referrals/members/{segment(code)}/holders"
        query = {"limit": PAGE, "order": "-id"}
        pages = self._pages("holders of a code", path, query, page_of(VOUCHER, code))
        if pages is None:
            return None
        found = (_assignment(each, code, campaign) for each in pages)
        return {each.holder: each for each in found if each}

    def activity(self, customer: str, since: str) -> Iterator[Json] | None:
        """
        Follow: List customer activity. Newest first, from a time on; None without the customer.

        The types that a removal goes by are none that the reference lets one ask for, so they
        are looked for on this side.
        """
        query = {"limit": PAGE, "order": "-created_at"}
        if since:
            query["start_date"] = since
        path = f"/v1/customers/{segment(customer)}/activity"
        call = page_of(CUSTOMER, customer)
        return self._pages("activity of a customer", path, query, call, most=MOST_ACTIVITY_PAGES)

    def voucher(self, code: str) -> Json | None:
        """Follow: Get voucher."""
        return self._calls.read("codes", f"/v1/vouchers/{segment(code)}", {}, one(VOUCHER, code))

    def customer(self, customer: str) -> Json | None:
        """Follow: Get customer."""
        path = f"/v1/customers/{segment(customer)}"
        return self._calls.read("customers", path, {}, one(CUSTOMER, customer))

    def _pages(
        self, what: str, path: str, query: Json, call: Call, *, most: int | None = None
    ) -> Iterator[Json] | None:
        def read(query: Json) -> Json | None:
            return self._calls.read(what, path, query, call)

        first = read(query)
        return None if first is None else _entries(first, read, query, most)


def _entries(
    page: Json | None, read: Callable[[Json], Json | None], query: Json, most: int | None
) -> Iterator[Json]:
    while True:
        if page is None:
            # Its owner was deleted in between: what is missing from this list says nothing.
            raise unreadable("to a later page of a list says that its owner is gone")
        items = _items(page, "data")
        yield from items
        most = most and most - 1
        if not page.get("has_more") or most == 0:
            return
        after = page.get("more_starting_after") or (items[-1].get("id") if items else None)
        if not isinstance(after, str) or after == query.get("starting_after_id"):
            raise unreadable("does not say where its next page starts")
        query = query | {"starting_after_id": after}
        page = read(query)


def _items(answer: Json | None, name: str) -> list[Json]:
    found = (answer or {}).get(name)
    # Read as an empty list, an answer that is none would say that everybody was removed.
    if not isinstance(found, list):
        raise unreadable("is not a list")
    return [each for each in found if isinstance(each, dict)]


def _next(place: Place, found: list[Json], campaign: str) -> Place | None:
    if place.page < LAST_PAGE:
        return Place(place.after, place.page + 1)
    last = _time(found[-1].get("created_at"))
    after = (last - timedelta(milliseconds=1)).isoformat() if last else ""
    if not after or after == place.after:
        # More codes than pages, all made at one moment: what follows cannot be asked for. Those
        # that are known are looked at all the same.
        log.warning("reconcile.list_cut_short", campaign=campaign, codes=LAST_PAGE * PAGE)
        return None
    return Place(after, 1)


def _assignment(holder: Json, code: str, campaign: str) -> Assignment | None:
    ids = [holder.get(name) for name in ("id", "customer_id", "holder_role")]
    if not all(isinstance(each, str) and each for each in ids):
        raise unreadable("names a holder without ids")
    kind, since = holder.get("voucher_type"), holder.get("created_at")
    return Assignment(
        holder=str(ids[0]),
        customer=str(ids[1]),
        role=str(ids[2]),
        code=code,
        campaign=campaign,
        kind=kind if isinstance(kind, str) else "",
        since=since if isinstance(since, str) else "",
    )


def _time(value: object) -> datetime | None:
    return read_timestamp(value) if isinstance(value, str) else None

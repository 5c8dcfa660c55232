"""What a run asks of Voucherify's REST API; each method names the page that it follows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from schemas import read_timestamp
from worker.http_client.answers import Call
from worker.reconcile.diff.removal import is_odd_event
from worker.reconcile.source.calls import Calls
from worker.reconcile.source.holders import Listed, is_id, is_odd, read_holder
from worker.reconcile.source.skips import FailingError, Skip
from worker.voucherify.own import CAMPAIGN, CUSTOMER, VOUCHER, one, page, page_of
from worker.voucherify.paths import PAGE, segment


Json = dict[str, Any]

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


class Skips(Protocol):
    """What hears of each thing that is skipped."""

    def __call__(self, what: Skip, /, **ids: str) -> None:
        """Count it, by its ids."""


def _say_nothing(_: Skip, /, **__: str) -> None:
    """Leave it uncounted."""


class ReconcileApi:
    """
    The calls, by name; they raise what `Calls.read` raises.

    Args:
        calls: makes them.
        skip: hears of entries of lists that are odd and left out.
    """

    def __init__(self, calls: Calls, skip: Skips = _say_nothing) -> None:
        self._calls = calls
        self._skip = skip

    def campaigns(self) -> Iterator[Json]:
        """Follow: List campaigns. Gives the referral programmes."""
        for number in range(1, LAST_PAGE + 1):
            query = {"limit": PAGE, "page": number, "campaign_type": "REFERRAL_PROGRAM"}
            answer = self._calls.read(
                "lists of campaigns", "/v1/campaigns", query, page("campaigns")
            )
            found = (answer or {})["campaigns"]
            for each in found:
                if isinstance(each, dict) and is_id(each.get("id")):
                    yield each
                else:
                    self._skip(Skip.ODD_CAMPAIGN, page=str(number))
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
        entries = (answer or {})["vouchers"]
        found = [each for each in entries if isinstance(each, dict)]
        codes = [each for each in found if is_id(each.get("id"))]
        for _ in range(len(entries) - len(codes)):
            self._skip(Skip.ODD_CODE, campaign=campaign, page=str(place.page))
        total = (answer or {}).get("total")
        # Odd ones count: without them a page would look like the last.
        following = self._following(place, found, campaign) if len(entries) >= PAGE else None
        return Codes(tuple(codes), total if isinstance(total, int) else 0, following)

    def holders(self, code: str, campaign: str) -> Listed | None:
        """Follow: List referral code holders. None without the code."""
        path = f"/v1/referrals/members/{segment(code)}/holders"
        query = {"limit": PAGE, "order": "-id"}
        pages = self._pages("holders of a code", path, query, page_of(VOUCHER, code))
        if pages is None:
            return None
        listed = Listed()
        for entry in pages:
            holder = read_holder(entry, code, campaign)
            if holder is None:
                listed.unnamed += 1
                self._skip(Skip.ODD_HOLDER, code=code, campaign=campaign)
                continue
            listed.holders[holder.holder] = holder
            if is_odd(holder):
                self._skip(Skip.ODD_HOLDER, code=code, campaign=campaign, holder=holder.holder)
        return listed

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
        pages = self._pages("activity of a customer", path, query, call, most=MOST_ACTIVITY_PAGES)
        return None if pages is None else self._events(pages, customer)

    def voucher(self, code: str) -> Json | None:
        """Follow: Get voucher."""
        return self._calls.read("codes", f"/v1/vouchers/{segment(code)}", {}, one(VOUCHER, code))

    def customer(self, customer: str) -> Json | None:
        """Follow: Get customer."""
        path = f"/v1/customers/{segment(customer)}"
        return self._calls.read("customers", path, {}, one(CUSTOMER, customer))

    def _events(self, entries: Iterator[Any], customer: str) -> Iterator[Json]:
        for each in entries:
            if is_odd_event(each):
                self._skip(Skip.ODD_EVENT, customer=customer)
            else:
                yield each

    def _following(self, place: Place, found: list[Json], campaign: str) -> Place | None:
        if place.page < LAST_PAGE:
            return Place(place.after, place.page + 1)
        last = next((at for each in reversed(found) if (at := _time(each.get("created_at")))), None)
        after = (last - timedelta(milliseconds=1)).isoformat() if last else ""
        if not after or after == place.after:
            # More codes than pages, all made at one moment: what follows cannot be asked for.
            # Those that are known are looked at all the same.
            self._skip(Skip.CUT_SHORT, campaign=campaign)
            return None
        return Place(after, 1)

    def _pages(
        self, what: str, path: str, query: Json, call: Call, *, most: int | None = None
    ) -> Iterator[Any] | None:
        def read(query: Json) -> Json | None:
            return self._calls.read(what, path, query, call)

        first = read(query)
        return None if first is None else _entries(first, read, query, most)


def _entries(
    page: Json | None, read: Callable[[Json], Json | None], query: Json, most: int | None
) -> Iterator[Any]:
    asked: set[str] = set()
    while True:
        if page is None:
            # Its owner was deleted in between: what is missing from this list says nothing.
            raise _unreadable("to a later page of a list says that its owner is gone")
        items = page["data"]
        yield from items
        most = most and most - 1
        more = page.get("has_more")
        if not isinstance(more, bool):
            # Whoever stands on a later page would count as removed.
            raise _unreadable("does not say whether a page is the last")
        if not more or most == 0:
            return
        after = page.get("more_starting_after") or _last_id(items)
        if not isinstance(after, str) or after in asked:
            raise _unreadable("does not say where its next page starts")
        asked.add(after)
        page = read(query | {"starting_after_id": after})


def _last_id(items: list[Any]) -> str | None:
    ids = (each.get("id") for each in reversed(items) if isinstance(each, dict))
    return next((each for each in ids if is_id(each)), None)


def _unreadable(what: str) -> FailingError:
    return FailingError("voucherify_unreadable", f"voucherify's answer {what}")


def _time(value: object) -> datetime | None:
    return read_timestamp(value) if isinstance(value, str) else None

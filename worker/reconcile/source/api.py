"""What a run reads over Voucherify's REST API (`worker.voucherify.reads`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from worker.http_client.answers import Call
from worker.reconcile.diff.removal import is_odd_event
from worker.reconcile.outcomes import FailingError, Skip
from worker.reconcile.source.holders import Listed, is_id, is_odd, read_holder
from worker.voucherify import reads
from worker.voucherify.pages import entries
from worker.voucherify.reads import PAGE, Read
from worker.voucherify.values import Json, moment


#: Lists of vouchers and campaigns end with this page, even if there is more ("Listing").
LAST_PAGE: Final = 99

#: Pages of one customer's activity that are searched for a removal, newest first.
MOST_ACTIVITY_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the list of a campaign's codes that were made after a time."""

    after: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Codes:
    """One page of a campaign's codes, oldest first; `next` is None after the last."""

    codes: tuple[Json, ...]
    total: int
    next: Place | None


class Skips(Protocol):
    """Is called for each thing that is skipped."""

    def __call__(self, what: Skip, /, **ids: str) -> None:
        """Count it, by its ids."""


def _count_nothing(_: Skip, /, **__: str) -> None:
    """Leave it uncounted."""


class Reads(Protocol):
    """Reads objects over the API; `worker.reconcile.source.calls.Calls` does."""

    def read(self, what: str, path: str, query: Json, call: Call) -> Json | None:
        """Return an object, counted as `what`; None if Voucherify says that there is none."""


class ReconcileApi:
    """
    The calls, by name; they raise what `Calls.read` raises.

    Args:
        calls: makes them.
        skip: is called for entries of lists that are odd and left out.
    """

    def __init__(self, calls: Reads, skip: Skips = _count_nothing) -> None:
        self._calls = calls
        self._skip = skip

    def campaigns(self) -> Iterator[Json]:
        """Return the referral programmes."""
        for number in range(1, LAST_PAGE + 1):
            answer = self._calls.read("lists of campaigns", *reads.campaigns(number))
            found = (answer or {})["campaigns"]
            for each in found:
                if isinstance(each, dict) and is_id(each.get("id")):
                    yield each
                else:
                    self._skip(Skip.ODD_CAMPAIGN, page=str(number))
            if len(found) < PAGE:
                return

    def campaign(self, campaign: str) -> Json | None:
        """Return a campaign."""
        return self._calls.read("campaigns", *reads.campaign(campaign))

    def codes(self, campaign: str, place: Place) -> Codes:
        """
        Return a page of a campaign's codes.

        The list ends with page 99. The rest is read by the time that its codes were made, from a
        millisecond before the last that was read; so some come twice.
        """
        asked = reads.codes(campaign, place.page, place.after)
        answer = self._calls.read("lists of codes", *asked) or {}
        listed = answer["vouchers"]
        found = [each for each in listed if isinstance(each, dict)]
        codes = [each for each in found if is_id(each.get("id"))]
        for _ in range(len(listed) - len(codes)):
            self._skip(Skip.ODD_CODE, campaign=campaign, page=str(place.page))
        total = answer.get("total")
        # Odd ones count: without them a full page would seem to be the last.
        following = self._following(place, found, campaign) if len(listed) >= PAGE else None
        return Codes(tuple(codes), total if isinstance(total, int) else 0, following)

    def holders(self, code: str, campaign: str) -> Listed | None:
        """Return who holds a code; None without the code."""
        found = self._entries("holders of a code", reads.holders(code))
        if found is None:
            return None
        listed = Listed()
        for entry in found:
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
        Return a customer's activity, newest first, from a time on; None without the customer.

        The API has no filter for the types of removals, so the caller selects them.
        """
        read = reads.activity(customer, since)
        found = self._entries("activity of a customer", read, most=MOST_ACTIVITY_PAGES)
        return None if found is None else self._events(found, customer)

    def voucher(self, code: str) -> Json | None:
        """Return a code."""
        return self._calls.read("codes", *reads.voucher(code))

    def customer(self, customer: str) -> Json | None:
        """Return a customer."""
        return self._calls.read("customers", *reads.customer(customer))

    def _events(self, found: Iterator[Any], customer: str) -> Iterator[Json]:
        for each in found:
            if is_odd_event(each):
                self._skip(Skip.ODD_EVENT, customer=customer)
            else:
                yield each

    def _following(self, place: Place, found: list[Json], campaign: str) -> Place | None:
        if place.page < LAST_PAGE:
            return Place(place.after, place.page + 1)
        times = (moment(each.get("created_at")) for each in reversed(found))
        last = next(filter(None, times), None)
        after = (last - timedelta(milliseconds=1)).isoformat() if last else ""
        if not after or after == place.after:
            # More codes than pages, all made at one moment: the API cannot list the rest.
            # Those that are known are still checked.
            self._skip(Skip.CUT_SHORT, campaign=campaign)
            return None
        return Place(after, 1)

    def _entries(self, what: str, first: Read, *, most: int | None = None) -> Iterator[Any] | None:
        # Anybody on a page that is not read would count as removed.
        return entries(
            lambda each: self._calls.read(what, *each),
            first,
            _unreadable,
            says_more=True,
            most=most,
        )


def _unreadable(what: str) -> FailingError:
    return FailingError("voucherify_unreadable", f"voucherify's answer {what}")

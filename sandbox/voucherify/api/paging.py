"""Lists in pages, after Voucherify's API reference, "Listing": by cursor, and by number."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self, TypeVar

from werkzeug.datastructures import MultiDict

from sandbox.voucherify.api.filters import Filters
from sandbox.voucherify.data.errors import invalid_query, page_over_limit
from sandbox.voucherify.data.ordered import Ordered
from sandbox.voucherify.data.records import Holder
from sandbox.voucherify.shapes.vouchers import holder


T = TypeVar("T")

_DEFAULT_LIMIT = 10
_LARGEST_LIMIT = 100


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is asked for."""

    limit: int
    descending: bool
    after: str | None

    @classmethod
    def read(cls, args: MultiDict[str, str], *, order_by: str = "id") -> Self:
        """Read limit, order and starting_after_id; anything else is a 400."""
        limit = _limit(args)
        order = args.get("order", f"-{order_by}")
        if order not in {order_by, f"-{order_by}"}:
            raise invalid_query(f"order must be {order_by} or -{order_by}")
        return cls(limit, order.startswith("-"), args.get("starting_after_id") or None)

    def cut(
        self, records: Ordered[T], wanted: Callable[[T], bool] = lambda _: True
    ) -> tuple[list[T], bool]:
        """Take the page out of a list, and say whether another follows."""
        following = records.walk(after=self.after, descending=self.descending)
        found = list(islice(filter(wanted, following), self.limit + 1))
        return found[: self.limit], len(found) > self.limit

    def holders(
        self,
        records: Ordered[Holder],
        filters: Filters,
        show: Callable[[Holder], dict[str, Any]] = holder,
    ) -> dict[str, Any]:
        """Write the page of those assignments that pass the filters."""

        def matches(record: Holder) -> bool:
            return filters.match(holder(record))

        page, has_more = self.cut(records, matches)
        total = sum(map(matches, records)) if filters else len(records)
        return with_total([show(each) for each in page], total=total, has_more=has_more)


@dataclass(frozen=True, slots=True)
class NumberedPage:
    """Which page is asked for where pages are counted from 1."""

    limit: int
    page: int
    field: str
    descending: bool

    @classmethod
    def read(
        cls,
        args: MultiDict[str, str],
        *,
        orders: Collection[str],
        last_page: int,
        default: str = "-created_at",
    ) -> Self:
        """Read limit, page and order; anything else is a 400."""
        limit, text = _limit(args), args.get("page", "1")
        if not text.isdecimal() or int(text) < 1:
            raise invalid_query("page must be an integer from 1")
        if int(text) > last_page:
            raise page_over_limit(last_page)
        order = args.get("order", default)
        field = order.removeprefix("-")
        if field not in orders:
            raise invalid_query(f"order must be one of {', '.join(sorted(orders))}, or - and one")
        return cls(limit, int(text), field, order.startswith("-"))

    @property
    def skip(self) -> int:
        """How many records come before this page."""
        return (self.page - 1) * self.limit


def as_json(data: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """Write a page of a list that names where the next one starts."""
    more = {"more_starting_after": data[-1]["id"]} if has_more else {}
    return {"object": "list", "data_ref": "data", "data": data, "has_more": has_more, **more}


def with_total(data: list[dict[str, Any]], *, total: int, has_more: bool) -> dict[str, Any]:
    """Write a page of a list that says its whole length instead."""
    shown = {"object": "list", "data_ref": "data", "data": data}
    return {**shown, "total": total, "has_more": has_more}


def _limit(args: MultiDict[str, str]) -> int:
    text = args.get("limit", str(_DEFAULT_LIMIT))
    if not text.isdecimal() or not 1 <= int(text) <= _LARGEST_LIMIT:
        raise invalid_query(f"limit must be from 1 to {_LARGEST_LIMIT}")
    return int(text)

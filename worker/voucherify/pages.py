"""Lists in pages, of which each names where the next one starts."""

from collections.abc import Callable, Iterator
from typing import Any

from worker.voucherify.reads import Read
from worker.voucherify.values import Json


def entries(
    read: Callable[[Read], Json | None],
    first: Read,
    unreadable: Callable[[str], Exception],
    *,
    says_more: bool = False,
    most: int | None = None,
) -> Iterator[Any] | None:
    """
    Return all entries of a list in pages, as they are; None if its owner does not exist.

    The first page is read at once, each other one when it is needed.

    Args:
        read: makes one call.
        first: the call for the first page.
        unreadable: makes the error for a page that cannot be read, from the rest of a sentence.
        says_more: whether a page without a readable `has_more` is such a page, or the last.
        most: pages that are read; None for all.
    """
    page = read(first)
    if page is None:
        return None

    def following(page: Json, left: int | None) -> Iterator[Any]:
        asked: set[str] = set()
        while True:
            items = page["data"]
            yield from items
            left = left and left - 1
            more = page.get("has_more")
            if says_more and not isinstance(more, bool):
                raise unreadable("does not say whether a page is the last")
            if not more or left == 0:
                return
            after = page.get("more_starting_after") or _last_id(items)
            if not isinstance(after, str) or after in asked:
                raise unreadable("does not say where its next page starts")
            asked.add(after)
            later = read(first._replace(query={**first.query, "starting_after_id": after}))
            if later is None:
                # Its owner was deleted meanwhile: what is missing from this list says nothing.
                raise unreadable("to a later page of a list says that its owner is gone")
            page = later

    return following(page, most)


def _last_id(items: list[Any]) -> str | None:
    ids = (each.get("id") for each in reversed(items) if isinstance(each, dict))
    return next((each for each in ids if isinstance(each, str) and each.strip()), None)

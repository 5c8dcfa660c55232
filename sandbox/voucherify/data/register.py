from bisect import bisect_left, bisect_right, insort
from datetime import datetime
from typing import Final


#: Sorts after every id, so that a bisection can ask for "later than this moment".
_LAST: Final = "\U0010ffff"


class Register:
    """
    Vouchers by the moment of their creation, all of them and those of each campaign.

    A page of ten thousand codes is found by bisection; a walk over all of them for each page
    would make a caller's reading of them slow for a reason that the real service has not.
    """

    def __init__(self) -> None:
        self._of_campaign: dict[str | None, list[tuple[datetime, str]]] = {}

    def add(self, campaign_id: str, created_at: datetime, voucher_id: str) -> None:
        """Enter a voucher; most come in order, which costs nothing."""
        for name in (None, campaign_id):
            insort(self._of_campaign.setdefault(name, []), (created_at, voucher_id))

    def remove(self, campaign_id: str, created_at: datetime, voucher_id: str) -> None:
        """Remove a voucher."""
        for name in (None, campaign_id):
            entries = self._of_campaign.get(name, [])
            place = bisect_left(entries, (created_at, voucher_id))
            if entries[place : place + 1] == [(created_at, voucher_id)]:
                del entries[place]

    def size(self, campaign_id: str) -> int:
        """Return how many vouchers a campaign has."""
        return len(self._of_campaign.get(campaign_id, ()))

    def find(
        self,
        campaign_id: str | None,
        *,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> "Window":
        """Find those of a campaign, or all, created after one moment and before another."""
        entries = self._of_campaign.get(campaign_id, [])
        start = bisect_right(entries, (after, _LAST)) if after else 0
        end = bisect_left(entries, (before, "")) if before else len(entries)
        return Window(entries, start, max(start, end))


class Window:
    """A stretch of the register, which pages are cut from."""

    def __init__(self, entries: list[tuple[datetime, str]], start: int, end: int) -> None:
        self._entries, self._start, self._end = entries, start, end

    def __len__(self) -> int:
        return self._end - self._start

    def ids(self) -> list[str]:
        """List all of them, oldest first."""
        return [each for _, each in self._entries[self._start : self._end]]

    def cut(self, *, skip: int, limit: int, descending: bool) -> list[str]:
        """List those of one page."""
        if descending:
            end = max(self._start, self._end - skip)
            found = self._entries[max(self._start, end - limit) : end][::-1]
        else:
            start = min(self._end, self._start + skip)
            found = self._entries[start : min(self._end, start + limit)]
        return [each for _, each in found]

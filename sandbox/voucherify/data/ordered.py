from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Generic, TypeVar


T = TypeVar("T")


class Ordered(Generic[T]):
    """
    Records in the order of their ids, which only ever grow.

    A page starts by bisection, so walking a long list costs the same on every page.
    """

    def __init__(self) -> None:
        self._items: dict[str, T] = {}
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def add(self, item_id: str, item: T) -> None:
        """Append a record whose id is greater than all before it."""
        self._items[item_id] = item
        self._ids.append(item_id)

    def get(self, item_id: str) -> T | None:
        """Return one record."""
        return self._items.get(item_id)

    def remove(self, item_id: str) -> None:
        """Forget one record; its place is cleared away later, many at a time."""
        del self._items[item_id]
        if len(self._ids) > 2 * len(self._items) + 64:
            self._ids = list(self._items)

    def walk(self, *, after: str | None = None, descending: bool = False) -> Iterator[T]:
        """Go through the records that come after an id in the given direction."""
        if descending:
            start = len(self._ids) if after is None else bisect_left(self._ids, after)
            positions = range(start - 1, -1, -1)
        else:
            start = 0 if after is None else bisect_right(self._ids, after)
            positions = range(start, len(self._ids))
        for position in positions:
            item = self._items.get(self._ids[position])
            if item is not None:
                yield item

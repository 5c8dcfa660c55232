"""What the connections of a process share of where the primary was."""

import pytest

from inbox.store import primary
from inbox.store.primary import Search
from settings.store_address import StoreAddress


SEEDS = (("a", 1), ("b", 1), ("c", 1))


@pytest.fixture
def search() -> Search:
    """Three servers are named, and none was asked."""
    return Search(StoreAddress(places=SEEDS), "guard")


def test_the_last_primary_is_asked_first_and_the_named_ones_in_their_order(search: Search) -> None:
    """And each of them once."""
    assert search.places(1) == [*SEEDS]
    search.found(("b", 1))
    assert search.places(1) == [("b", 1), ("a", 1), ("c", 1)]


def test_whoever_hung_is_asked_last_for_a_while(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it was the primary; and first again when it has answered, or after some time."""
    clock = 100.0
    monkeypatch.setattr(primary, "monotonic", lambda: clock)
    search.found(("a", 1))
    search.hung(("a", 1))
    assert search.places(1) == [("b", 1), ("c", 1), ("a", 1)]

    clock += 11
    assert search.places(1) == [*SEEDS]
    search.hung(("a", 1))
    search.found(("a", 1))
    assert search.places(1) == [*SEEDS]


def test_the_newest_primaries_are_remembered_behind_the_named_ones(search: Search) -> None:
    """Where each restart has a new address, the oldest are forgotten."""
    for number in range(20):
        search.found(("new", number))

    last, *others = search.places(1)
    assert last == ("new", 19)
    assert others == [*SEEDS, *(("new", number) for number in range(18, 3, -1))]

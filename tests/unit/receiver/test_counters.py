from collections.abc import Mapping

import pytest

from inbox.errors import InboxUnavailableError
from receiver.metrics.counters import Counters


class Store:
    """Takes each message once, as the script does, and may lose its answers."""

    def __init__(self) -> None:
        self.total: dict[str, int] = {}
        self.messages = 0
        self.taken: set[tuple[str, int]] = set()
        self.away = self.mute = False

    def report(self, name: str, number: int, counts: Mapping[str, int]) -> None:
        """Take a message."""
        self.messages += 1
        if self.away:
            raise InboxUnavailableError("down")
        if (name, number) not in self.taken:
            self.taken.add((name, number))
            for what, many in counts.items():
                self.total[what] = self.total.get(what, 0) + many
        if self.mute:
            raise InboxUnavailableError("timeout")


def count(counters: Counters, what: str, times: int) -> None:
    """Count so often."""
    for _ in range(times):
        counters.count(what)


def test_what_was_counted_is_reported_once() -> None:
    """Only what is new is reported, and nothing if there is none."""
    store = Store()
    counters = Counters(store.report)
    counters.report()
    count(counters, "a", 3)
    counters.report()
    counters.report()
    count(counters, "a", 1)
    count(counters, "b", 2)
    counters.report()

    assert store.total == counters.counts() == {"a": 4, "b": 2}
    assert store.messages == 2


@pytest.mark.parametrize("trouble", ["away", "mute"])
def test_a_store_that_is_away_or_mute_counts_everything_once(trouble: str) -> None:
    """A message that got lost, or whose answer did, comes again as it was; nothing is doubled."""
    store = Store()
    counters = Counters(store.report)
    setattr(store, trouble, True)
    for _ in range(3):
        count(counters, "a", 5)
        counters.try_to_report()
    setattr(store, trouble, False)
    count(counters, "a", 1)

    counters.report()

    assert store.total == {"a": 16}


def test_two_processes_that_share_a_tally_by_forking_are_distinguished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that loads the application before it forks loses no counts."""
    store = Store()
    for process in (100, 200):
        counters = Counters(store.report)
        counters._name = "the same"
        monkeypatch.setattr("os.getpid", lambda process=process: process)
        count(counters, "a", 1)
        counters.report()

    assert store.total == {"a": 2}

"""What is found out once for many removals."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.worker.build import job
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.revocations import ASSIGNED, REFERRER, REMOVED
from worker.errors import RetryableError
from worker.job import Job
from worker.revocation.find import shared
from worker.revocation.find.shared import SharedLists, Turns


SECOND = timedelta(seconds=1)
NOW = REMOVED + timedelta(minutes=5)


def _read(api: FakeApi) -> int:
    return len([call for call in api.calls if call.startswith("activity")])


class Activities:
    """What happened to referrers, as removals ask for it."""

    MOST = SharedLists.MOST

    def __init__(self, api: FakeApi) -> None:
        self._api = api
        self._lists = SharedLists()

    def of(self, name: str, since: datetime, until: datetime, asking: Job) -> list[Any] | None:
        """List them."""
        found = self._lists.of(
            name,
            lambda begins: self._api.activity(name, begins.isoformat(), asking),
            since=since,
            until=until,
            job=asking,
        )
        return None if found.items is None else list(found.items)


def _api() -> FakeApi:
    return FakeApi(activities={REFERRER: [{"id": "evcus_1"}]})


def test_one_read_is_for_many_removals() -> None:
    """Referees who left before the list was read need no list of their own."""
    api = _api()
    activities = Activities(api)

    for minutes in (0, 1, 2):
        at = REMOVED + timedelta(minutes=minutes)
        found = activities.of(REFERRER, ASSIGNED + minutes * SECOND, at, job(at=NOW))
        assert found == [{"id": "evcus_1"}]

    assert _read(api) == 1


@pytest.mark.parametrize(
    ("since", "until", "now", "reads"),
    [
        (ASSIGNED, REMOVED, NOW, 1),
        (ASSIGNED + SECOND, NOW, NOW, 1),
        (ASSIGNED, NOW + SECOND, NOW + 2 * SECOND, 2),
        (ASSIGNED - SECOND, REMOVED, NOW, 2),
        (ASSIGNED, REMOVED, NOW + 60 * SECOND, 1),
        (ASSIGNED, REMOVED, NOW + 61 * SECOND, 2),
    ],
    ids=["same", "shorter", "removed after it was read", "assigned before", "a minute", "later"],
)
def test_a_list_that_may_lack_something_is_read_again(
    since: datetime, until: datetime, now: datetime, reads: int
) -> None:
    """It must reach back to the assignment and have been read after the removal, not long ago."""
    api = _api()
    activities = Activities(api)
    activities.of(REFERRER, ASSIGNED, REMOVED, job(at=NOW))

    activities.of(REFERRER, since, until, job(at=now))

    assert _read(api) == reads


def test_a_list_that_is_read_again_is_not_shorter() -> None:
    """A later removal of a younger assignment does not spoil it for the older ones."""
    api = _api()
    activities = Activities(api)
    activities.of(REFERRER, ASSIGNED, REMOVED, job(at=NOW))

    activities.of(REFERRER, ASSIGNED + SECOND, NOW + SECOND, job(at=NOW + 2 * SECOND))

    assert api.calls[-1] == f"activity {REFERRER} {ASSIGNED.isoformat()}"


def test_each_referrer_has_a_list_and_few_are_kept() -> None:
    """The oldest of them is read again when it is asked for."""
    api = FakeApi()
    activities = Activities(api)
    names = [f"cust_{number}" for number in range(Activities.MOST + 1)]

    for name in (*names, *names[1:], names[0]):
        activities.of(name, ASSIGNED, REMOVED, job(at=NOW))

    assert _read(api) == len(names) + 1


def test_a_list_that_cannot_be_read_is_not_kept() -> None:
    """The next removal asks again, and a customer who is gone has none."""

    def fail(_: str) -> None:
        raise RetryableError("voucherify_timeout", "no answer", outage=True)

    api = FakeApi(activities={REFERRER: None}, interrupt=fail)
    activities = Activities(api)
    with pytest.raises(RetryableError):
        activities.of(REFERRER, ASSIGNED, REMOVED, job(at=NOW))
    api.interrupt = lambda _: None

    assert activities.of(REFERRER, ASSIGNED, REMOVED, job(at=NOW)) is None
    assert _read(api) == 1


def test_many_threads_that_ask_at_once_read_once() -> None:
    """While one asks, the others wait for what it finds."""
    api = _api()
    activities, begin = Activities(api), threading.Barrier(5)

    def ask() -> None:
        begin.wait()
        activities.of(REFERRER, ASSIGNED, REMOVED, job(at=NOW))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert _read(api) == 1


def test_a_turn_that_is_not_given_up_blocks_no_one_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A call that hangs costs the others a short wait, not their lease."""
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", 0.05)
    turns, order = Turns(), []

    with turns.of("a"):
        order.append("first")
        other = threading.Thread(target=lambda: _take(turns, "a", order))
        other.start()
        other.join()
        _take(turns, "b", order)

    assert order == ["first", "a", "b"]
    assert turns._locks == {}


def test_a_turn_is_given_up_by_a_failure_too() -> None:
    """The next one need not wait."""
    turns = Turns()
    with pytest.raises(ValueError, match="bad"), turns.of("a"):
        raise ValueError("bad")

    with turns.of("a"):
        assert list(turns._locks) == ["a"]
    assert turns._locks == {}


def _take(turns: Turns, name: str, order: list[str]) -> None:
    with turns.of(name):
        order.append(name)

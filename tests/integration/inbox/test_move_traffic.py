"""A move while receivers accept, in the source, in the target and in both."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inbox.errors import InboxUnavailableError
from inbox.ids import delivery_id
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim
from inbox.move import steps
from inbox.move.run import Move
from inbox.store.client import StoreClient
from tests.clusters import Cluster
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import House
from tests.integration.inbox.moving import client, fill, fill_more, held
from tests.integration.inbox.test_move import elsewhere  # noqa: F401 - a fixture
from tests.processes import wait_until


class Receiver:
    """Accepts one body after another, each twice, until it is stopped."""

    def __init__(self, place: StoreClient, name: str) -> None:
        self._intake = Intake(place)
        self._name = name
        self._stop = threading.Event()
        self.accepted: list[bytes] = []
        self.refused = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Accept beside what the test does."""
        thread = threading.Thread(target=self._accept)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _accept(self) -> None:
        number = 0
        while not self._stop.wait(0.001):
            number += 1
            for body in (b"%s %d" % (self._name.encode(), number), b"both %d" % number):
                try:
                    self._intake.accept(body)
                except InboxUnavailableError as error:
                    self.refused += error.reason == "moving"
                else:
                    self.accepted.append(body)


def test_webhooks_go_on_and_each_is_handled_once(
    house: House,
    store: StoreClient,
    elsewhere: StoreClient,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of those accepted in the source, in the target and in both, each has one job that runs."""
    monkeypatch.setattr(steps, "ELEMENTS", 20)
    house.accept_many(2000)
    completed = {delivery_id(b"%d" % number) for number in range(100)}
    for number in range(100):
        house.completed(b"%d" % number)
    old, new = Receiver(store, "old"), Receiver(elsewhere, "new")

    with old.running():
        Move(store, elsewhere).run(finish=False)
        with new.running():
            # A receiver that knows nothing of it sends a completed one again.
            for number in range(100):
                Intake(elsewhere).accept(b"%d" % number)
            enough = 20
            wait_until(lambda: len(new.accepted) > enough, "the new receiver has accepted some")
            Move(store, elsewhere).run(finish=True)
            wait_until(lambda: old.refused > 0, "the old receiver is refused")

    assert len(old.accepted) > enough
    wanted = {delivery_id(body) for body in (*old.accepted, *new.accepted)}
    wanted |= {delivery_id(b"%d" % number) for number in range(2000)} - completed
    assert _claimed(elsewhere) == Counter(dict.fromkeys(wanted, 1))
    assert not [key for key in store.scan_iter(KEYS.prefix + "*") if key != KEYS.moving.encode()]


def test_one_that_is_completed_in_the_source_is_not_done_again(
    house: House,
    store: StoreClient,
    elsewhere: StoreClient,  # noqa: F811
) -> None:
    """A webhook that comes again, to the target and before its marker, is no new one."""
    delivery = house.completed(b"sent again")
    waits = house.intake.accept(b"waits").delivery
    failed = house.failed(b"failed")
    move = Move(store, elsewhere)
    move.begin()
    for body in (b"sent again", b"waits", b"failed"):
        assert not Intake(elsewhere).accept(body).duplicate

    assert move.run(finish=True)

    assert elsewhere.hget(KEYS.delivery + delivery, "settled")
    assert elsewhere.hget(KEYS.job + failed, "state") == b"failed"
    # Both sides have counted three.
    assert elsewhere.hget(KEYS.counts, "accepted") == b"6"
    assert _claimed(elsewhere) == {waits: 1}


def test_one_that_was_moved_and_comes_to_the_source_again_is_not_done_again(
    house: House,
    store: StoreClient,
    elsewhere: StoreClient,  # noqa: F811
) -> None:
    """A webhook that comes again to the source, where its marker is no longer, is no new one."""
    delivery = house.completed(b"sent again")
    waits = house.intake.accept(b"waits").delivery
    assert not Move(store, elsewhere).run(finish=False)
    for body in (b"sent again", b"waits"):
        assert not house.intake.accept(body).duplicate

    assert Move(store, elsewhere).run(finish=True)

    assert elsewhere.hget(KEYS.delivery + delivery, "settled")
    assert elsewhere.zrange(KEYS.fresh, 0, -1) == [waits.encode()]
    assert _claimed(elsewhere) == {waits: 1}


def test_a_move_onto_a_cluster(
    house: House, store: StoreClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Onto three primaries, under a prefix with a hash tag, and back to one server."""
    monkeypatch.setattr(steps, "PART", 10)
    fill(house)
    fill_more(store)
    before = held(store)
    cluster = Cluster(tmp_path)
    cluster.start()
    try:
        there = client(cluster.url, "{shoes}:")

        assert Move(store, there).run(finish=True)
        before.assert_same(held(there))
        assert Move(there, store).run(finish=True)

        before.assert_same(held(store))
        there.connection_pool.disconnect()
    finally:
        cluster.close()


def test_what_is_consistent_stays_so(
    house: House,
    store: StoreClient,
    elsewhere: StoreClient,  # noqa: F811
) -> None:
    """Two moves later an inbox is what it was."""
    fill(house)
    for source, target in ((store, elsewhere), (elsewhere, store)):
        assert Move(source, target).run(finish=True)
    store.delete(KEYS.moving)
    assert_consistent(store)


def _claimed(place: StoreClient) -> Counter[str]:
    """Take all messages, and count how often each delivery is claimed."""
    jobs = Jobs(
        place,
        lease_seconds=LEASE_SECONDS,
        dedupe_window_seconds=WINDOW_SECONDS,
        removal_memory_seconds=WINDOW_SECONDS,
    )
    found: Counter[str] = Counter()
    take: Callable[[], Any] = lambda: place.rpop(KEYS.celery + "deliveries")  # noqa: E731 - untyped
    while message := take():
        claim = jobs.claim(message.decode().partition(" ")[0])
        if isinstance(claim, Claim):
            found[claim.delivery] += 1
    return found

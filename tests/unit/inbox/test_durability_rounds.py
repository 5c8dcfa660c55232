import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from inbox.durability.barrier import (
    GRACE_SECONDS,
    ROUNDS,
    SPACING_SECONDS,
    Barrier,
    seconds_to_start,
)
from inbox.errors import InboxUnavailableError
from tests.processes import wait_until
from tests.unit.slow_store import DEADLINE, Clock, SlowStore


@pytest.fixture
def store() -> SlowStore:
    """A store that answers when asked to."""
    return SlowStore()


@pytest.fixture
def barrier(store: SlowStore) -> Barrier:
    """A barrier before it."""
    return Barrier(store)


@pytest.fixture
def writer(barrier: Barrier) -> Iterator[Callable[..., "Future[None]"]]:
    """Start a writer that waits; the future ends when it was let through or refused."""
    with ThreadPoolExecutor(80) as pool:
        yield lambda key, seconds=DEADLINE: pool.submit(
            barrier.wait, key, time.monotonic() + seconds
        )


Writer = Callable[..., "Future[None]"]


def _joined(barrier: Barrier, keys: set[str]) -> None:
    """Wait until just these have joined the round that is not sent yet."""
    wait_until(lambda: barrier._open.keys == keys, "they have joined")


def test_who_comes_after_a_round_was_sent_is_not_let_through_by_it(store: SlowStore) -> None:
    """A round that is answered lets through who had joined before it was sent, and no one else."""
    clock = Clock()
    barrier = Barrier(store, clock=clock)
    with ThreadPoolExecutor() as pool:

        def writer(key: str) -> "Future[None]":
            return pool.submit(barrier.wait, key, clock.now + DEADLINE)

        early, first = writer("early"), store.next()
        late = writer("late")
        _joined(barrier, {"late"})
        clock.now += SPACING_SECONDS
        second = store.next()
        later = writer("later")
        _joined(barrier, {"later"})

        first.confirm()
        early.result(DEADLINE)

        assert (first.keys, second.keys) == ({"early"}, {"late"})
        assert not late.done()
        assert not later.done()
        second.confirm()
        late.result(DEADLINE)
        third = store.next()
        assert third.keys == {"later"}
        assert not later.done()
        third.confirm()
        later.result(DEADLINE)


def test_who_comes_meanwhile_shares_one_round(store: SlowStore) -> None:
    """Fifty writers that come while a round is under way cost one round more."""
    clock = Clock()
    barrier = Barrier(store, clock=clock)
    names = {f"writer-{number}" for number in range(50)}
    with ThreadPoolExecutor(60) as pool:
        waiting = [pool.submit(barrier.wait, "first", clock.now + DEADLINE)]
        first = store.next()
        waiting += [pool.submit(barrier.wait, name, clock.now + DEADLINE) for name in names]
        _joined(barrier, names)
        clock.now += SPACING_SECONDS
        second = store.next()

        assert second.keys == names
        for question in (first, second):
            question.confirm()
        for each in waiting:
            each.result(DEADLINE)
    assert store.questions.empty()


def test_rounds_may_be_answered_in_any_order(store: SlowStore, writer: Writer) -> None:
    """An answer belongs to its round and to no other."""
    early, first = writer("early"), store.next()
    late, second = writer("late"), store.next()

    second.confirm()
    late.result(DEADLINE)

    assert not early.done()
    first.refuse(InboxUnavailableError("down"))
    with pytest.raises(InboxUnavailableError) as found:
        early.result(DEADLINE)
    assert found.value.reason == "down"


def test_rounds_are_spaced_and_limited_while_the_store_is_slow(store: SlowStore) -> None:
    """A slow store has four rounds at the most, started apart; the fifth starts when one ends."""
    clock = Clock()
    barrier = Barrier(store, clock=clock)
    with ThreadPoolExecutor() as pool:

        def join(key: str) -> "Future[None]":
            waits = pool.submit(barrier.wait, key, clock.now + DEADLINE)
            # Without a pause it would be sent, and a round that is open hold no one.
            _joined(barrier, {key})
            return waits

        waiting = [pool.submit(barrier.wait, "writer-0", clock.now + DEADLINE)]
        began = [store.next()]
        for number in range(1, ROUNDS):
            waiting.append(join(f"writer-{number}"))
            clock.now += SPACING_SECONDS
            began.append(store.next())
        waiting.append(join("last"))
        clock.now += SPACING_SECONDS
        time.sleep(2 * SPACING_SECONDS)

        assert store.questions.empty()
        began[0].confirm()
        last = store.next()
        assert last.keys == {"last"}
        for question in (*began[1:], last):
            question.confirm()
        for each in waiting:
            each.result(DEADLINE)
    assert store.most == ROUNDS


def test_a_round_starts_at_once_when_none_is_under_way(store: SlowStore) -> None:
    """A store that answers at once is not asked with pauses: the clock stands meanwhile."""
    clock = Clock()
    barrier = Barrier(store, clock=clock)
    with ThreadPoolExecutor() as pool:
        for number in range(40):
            waits = pool.submit(barrier.wait, f"writer-{number}", clock.now + DEADLINE)
            store.next().confirm()
            waits.result(DEADLINE)


def test_a_writer_keeps_its_own_deadline_whatever_the_store_does(
    store: SlowStore, barrier: Barrier
) -> None:
    """A store that never answers holds no one for longer, in a round or before one."""
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        # One deadline for all: who joins a round later must not make it last longer.
        waiting = [
            pool.submit(barrier.wait, f"writer-{number}", began + 0.3)
            for number in range(ROUNDS * 2)
        ]
        for each in waiting:
            with pytest.raises(InboxUnavailableError) as found:
                each.result(DEADLINE)
            assert found.value.reason == "timeout"

    # Several seconds are the machine's; one that a store held would wait for the test to answer.
    assert 0.3 <= time.monotonic() - began < 0.3 + GRACE_SECONDS + DEADLINE / 2
    while not store.questions.empty() or store.under_way:
        store.next().confirm()
        wait_until(lambda: not store.questions.empty() or not store.under_way, "all are answered")


def test_the_store_is_asked_to_wait_no_longer_than_anybody_does(store: SlowStore) -> None:
    """The store's own wait ends with the latest deadline of the round."""
    clock = Clock()
    barrier = Barrier(store, clock=clock)
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(barrier.wait, "first", clock.now + 15)]
        first = store.next()
        waiting += [
            pool.submit(barrier.wait, f"until {seconds}", clock.now + seconds)
            for seconds in (18, 20, 19)
        ]
        _joined(barrier, {"until 18", "until 19", "until 20"})
        clock.now += SPACING_SECONDS
        second = store.next()

        assert first.wait_ms == pytest.approx(15_000, abs=1)
        assert second.wait_ms == pytest.approx(20_000 - 1000 * SPACING_SECONDS, abs=1)
        for question in (first, second):
            question.confirm()
        for each in waiting:
            each.result(DEADLINE)


def test_a_refusal_is_reported_to_all_who_had_joined(store: SlowStore, writer: Writer) -> None:
    """Everybody in a round hears the store's own words; the next round starts afresh."""
    waits = writer("writer")
    store.next().refuse(InboxUnavailableError("not_durable", "no replica"))
    with pytest.raises(InboxUnavailableError, match="no replica"):
        waits.result(DEADLINE)

    again = writer("writer")
    store.next().confirm()
    again.result(DEADLINE)


def test_an_unexpected_error_lets_no_one_through_and_stops_nothing(
    store: SlowStore, writer: Writer
) -> None:
    """Whatever goes wrong in a round, its writers are refused and later rounds are served."""
    for number in range(ROUNDS + 1):
        waits = writer(f"writer-{number}")
        store.next().refuse(ZeroDivisionError())
        with pytest.raises(InboxUnavailableError) as found:
            waits.result(DEADLINE)
        assert found.value.reason == "refused"


@pytest.mark.parametrize(
    ("under_way", "last_start", "now", "left"),
    [
        (0, 100.0, 100.0, 0.0),
        (1, 100.0, 100.0, SPACING_SECONDS),
        (1, 100.0, 100.1, SPACING_SECONDS - 0.1),
        (3, 100.0, 100.0 + SPACING_SECONDS, 0.0),
        (1, 100.0, 200.0, 0.0),
    ],
)
def test_when_the_next_round_starts(
    under_way: int, last_start: float, now: float, left: float
) -> None:
    """At once if none is under way, else so long after the last start."""
    assert seconds_to_start(under_way, last_start, now) == pytest.approx(left)

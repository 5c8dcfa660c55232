import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random

import pytest

from inbox.errors import InboxUnavailableError
from receiver.guard import PAUSE_SECONDS, SLOW_SECONDS, StoreGuard


DEADLINE = 30  # what takes longer hangs


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Store:
    """Answers or refuses as set, and counts how often it was asked."""

    def __init__(self, clock: Clock) -> None:
        self.reason: str | None = None
        self.takes = 0.0
        self.asked = 0
        self._clock = clock

    def __call__(self) -> str:
        """Answer."""
        self.asked += 1
        self._clock.now += self.takes
        if self.reason:
            raise InboxUnavailableError(self.reason)
        return "stored"


@pytest.fixture
def clock() -> Clock:
    """A standing clock."""
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Store:
    """A store that answers at once."""
    return Store(clock)


@pytest.fixture
def gate(clock: Clock) -> StoreGuard:
    """An open gate."""
    return StoreGuard(4, clock=clock)


def refusal(ask: Callable[[], object]) -> str:
    """Return the reason why asking was refused."""
    with pytest.raises(InboxUnavailableError) as found:
        ask()
    return found.value.reason


def test_a_store_that_is_well_is_always_asked(gate: StoreGuard, store: Store) -> None:
    """An open gate hands every question on."""
    assert [gate.ask(store) for _ in range(9)] == ["stored"] * 9
    assert store.asked == 9


def test_after_a_time_out_the_store_is_left_alone(
    gate: StoreGuard, store: Store, clock: Clock
) -> None:
    """While the pause lasts, requests are refused without asking."""
    store.reason = "timeout"
    assert refusal(lambda: gate.ask(store)) == "timeout"
    store.reason = None
    clock.now += PAUSE_SECONDS - 0.01

    assert refusal(lambda: gate.ask(store)) == "timeout"
    assert store.asked == 1


def test_after_the_pause_an_answer_opens_the_gate(
    gate: StoreGuard, store: Store, clock: Clock
) -> None:
    """The first answer ends the protection, at once and for all."""
    store.reason = "timeout"
    refusal(lambda: gate.ask(store))
    store.reason = None
    clock.now += PAUSE_SECONDS

    assert [gate.ask(store), gate.ask(store)] == ["stored", "stored"]


def test_another_time_out_starts_another_pause(
    gate: StoreGuard, store: Store, clock: Clock
) -> None:
    """A store that still hangs is asked once a pause."""
    store.reason = "timeout"
    for _ in range(3):
        refusal(lambda: gate.ask(store))
        refusal(lambda: gate.ask(store))
        clock.now += PAUSE_SECONDS

    assert store.asked == 3


@pytest.mark.parametrize("reason", ["down", "full", "read_only", "loading", "auth", "disk"])
def test_reasons_that_come_at_once_are_asked_for_each_time(
    gate: StoreGuard, store: Store, reason: str
) -> None:
    """A refusal that costs no time needs no pause, so recovery is seen by the next request."""
    store.reason = reason
    assert {refusal(lambda: gate.ask(store)) for _ in range(5)} == {reason}
    store.reason = None

    assert gate.ask(store) == "stored"


def test_a_refusal_that_took_long_is_as_bad_as_a_time_out(
    gate: StoreGuard, store: Store, clock: Clock
) -> None:
    """A name that cannot be read says "down", but holds threads while it does."""
    store.reason, store.takes = "down", SLOW_SECONDS + 0.1
    assert refusal(lambda: gate.ask(store)) == "down"

    assert refusal(lambda: gate.ask(store)) == "timeout"
    assert store.asked == 1
    clock.now += PAUSE_SECONDS
    assert refusal(lambda: gate.ask(store)) == "down"


def test_errors_that_no_one_expected_give_their_place_back(gate: StoreGuard, store: Store) -> None:
    """A fault in asking neither closes the gate nor uses a place up."""
    for _ in range(9):
        with pytest.raises(ZeroDivisionError):
            gate.ask(lambda: 1 / 0)

    assert gate.ask(store) == "stored"


def test_a_try_that_fails_unexpectedly_lets_the_next_one_try(
    gate: StoreGuard, store: Store, clock: Clock
) -> None:
    """The turn to try is given back in any case."""
    store.reason = "timeout"
    refusal(lambda: gate.ask(store))
    clock.now += PAUSE_SECONDS
    with pytest.raises(ZeroDivisionError):
        gate.ask(lambda: 1 / 0)
    store.reason = None

    assert gate.ask(store) == "stored"


class Hanging:
    """A question that hangs until it is released, in threads of its own."""

    def __init__(self, pool: ThreadPoolExecutor, gate: StoreGuard) -> None:
        self.release = threading.Event()
        self._began = threading.Semaphore(0)
        self._pool, self._gate = pool, gate

    def start(self, reason: str | None = None) -> "Future[str]":
        """Ask from another thread; returns when the store is being asked."""

        def question() -> str:
            self._began.release()
            assert self.release.wait(DEADLINE)
            if reason:
                raise InboxUnavailableError(reason)
            return "late"

        asking = self._pool.submit(self._gate.ask, question)
        assert self._began.acquire(timeout=DEADLINE)
        return asking


def test_one_tries_while_all_others_are_refused_at_once(
    gate: StoreGuard, store: Store, clock: Clock
) -> None:
    """After the pause a single request waits for the store; the rest do not wait with it."""
    store.reason = "timeout"
    refusal(lambda: gate.ask(store))
    store.reason = None
    clock.now += PAUSE_SECONDS
    with ThreadPoolExecutor() as pool:
        hanging = Hanging(pool, gate)
        trying = hanging.start()

        refused = [pool.submit(refusal, lambda: gate.ask(store)) for _ in range(20)]

        assert [one.result(DEADLINE) for one in refused] == ["timeout"] * 20
        assert not trying.done()
        hanging.release.set()
        assert trying.result(DEADLINE) == "late"
    assert gate.ask(store) == "stored"
    assert store.asked == 2


def test_no_more_ask_at_once_than_there_are_places(clock: Clock, store: Store) -> None:
    """A caller without a place in time is refused, and those behind need not even wait."""
    gate = StoreGuard(2, patience=0.01, clock=clock)
    with ThreadPoolExecutor() as pool:
        hanging = Hanging(pool, gate)
        asking = [hanging.start(), hanging.start()]
        assert [refusal(lambda: gate.ask(store)) for _ in range(3)] == ["timeout"] * 3
        clock.now += PAUSE_SECONDS
        assert refusal(lambda: gate.ask(store)) == "timeout"

        assert store.asked == 0
        hanging.release.set()
        assert [one.result(DEADLINE) for one in asking] == ["late", "late"]
    assert gate.ask(store) == "stored"


def test_who_waited_for_a_place_does_not_ask_a_store_that_hangs(clock: Clock, store: Store) -> None:
    """A second wait after the first would be too long: the time-out meanwhile is answer enough."""
    gate = StoreGuard(1, patience=DEADLINE, clock=clock)
    with ThreadPoolExecutor() as pool:
        hanging = Hanging(pool, gate)
        asking = hanging.start(reason="timeout")
        waiting = [pool.submit(refusal, lambda: gate.ask(store)) for _ in range(3)]

        hanging.release.set()

        assert refusal(lambda: asking.result(DEADLINE)) == "timeout"
        assert [one.result(DEADLINE) for one in waiting] == ["timeout"] * 3
    assert store.asked == 0


def test_many_threads_and_a_store_that_comes_and_goes(clock: Clock) -> None:
    """However requests interleave, each is answered or refused, never broken."""
    gate = StoreGuard(2, patience=0.001, clock=clock)

    def hammer(seed: int) -> set[str]:
        # In a rhythm, a thread that has its turn alone could find the gate shut for a reason.
        store, chance, seen = Store(clock), Random(seed), set()
        for _ in range(300):
            store.reason = chance.choice((None, "timeout", "down", None))
            clock.now += PAUSE_SECONDS / 3
            try:
                seen.add(gate.ask(store))
            except InboxUnavailableError as error:
                seen.add(error.reason)
        return seen

    with ThreadPoolExecutor(8) as pool:
        outcomes = set().union(*pool.map(hammer, range(8)))

    assert outcomes == {"stored", "timeout", "down"}

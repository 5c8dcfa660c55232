import heapq
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.breaker import RESERVATION_MS, WINDOW_MARGIN_MS, Admitted, Breaker, BreakerOpen
from inbox.model.rate import Rate
from tests.engine import KEYS
from tests.integration.inbox.later import Later, Span, most_within


RATE = Rate(10, 60)
WINDOW = RATE.seconds + WINDOW_MARGIN_MS / 1000
BUDGET = KEYS.budget + "perks"
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(0, 12)),
        st.tuples(st.just("use"), st.integers(0, 50)),
        st.tuples(st.just("ends"), st.integers(0, 50)),
        st.tuples(st.just("dies"), st.integers(0, 50)),
        st.tuples(st.just("later"), st.sampled_from([0.5, 7, 30, 59, 61, 90, 121, 150, 200])),
    ),
    min_size=10,
    max_size=60,
)


@pytest.fixture
def later(store: Any) -> Later:
    """Lets time pass."""
    return Later(store)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_window_has_more_calls_than_the_rate(store: Any, steps: list[Any]) -> None:
    """Whatever is reserved, made late, made beyond, not made or left by the dead."""
    store.flushall()
    gate, later, names = Breaker(store, "perks", RATE), Later(store), itertools.count()
    live: list[list[Any]] = []
    made: list[Span] = []
    for act, value in steps:
        one = live[int(value) % len(live)] if live else None
        if act == "enter":
            caller = f"c{next(names)}"
            if isinstance(gate.enter(caller, value), Admitted):
                live.append([caller, 0, value])
        elif act == "later":
            later(value)
        elif one and act == "use":
            began = later.now()
            if gate.use(one[0], one[1] + 1) == 0:
                one[1] += 1
                made.append((began, later.now()))
        elif one:
            live.remove(one)
            if act == "ends":
                gate.end_run(*one)
        assert most_within(made, RATE.seconds) <= RATE.count
        assert store.ttl(BUDGET) != -1
    # Whatever was left behind, in time all is free again.
    later(RESERVATION_MS / 1000 + WINDOW + 1)
    assert isinstance(gate.enter("last", RATE.count), Admitted)


def test_five_hundred_callers_get_through_one_after_another(store: Any, later: Later) -> None:
    """Twelve whole jobs fit in a window of a hundred calls, and as many are let through."""
    gate, begin = Breaker(store, "perks", Rate(100, 60)), later.now()
    made: list[Span] = []
    for number in range(500):
        caller = f"c{number}"
        while isinstance(answer := gate.enter(caller, 8), BreakerOpen):
            later(answer.wait_seconds)
        for call in range(1, 9):
            began = later.now()
            assert gate.use(caller, call) == 0
            made.append((began, later.now()))
        gate.end_run(caller, 8, 8)

    assert (made[-1][1] - begin) / WINDOW < 500 // 12 + 0.5
    assert most_within(made, 60) <= 100


def test_callers_that_wait_together_all_get_through(store: Any, later: Later) -> None:
    """Jobs that overlap, and come again when they were asked to, leave little of the budget."""
    gate, begin = Breaker(store, "perks", Rate(20, 60)), later.now()
    events = [(number / 100, f"c{number}", 0) for number in range(60)]
    made: list[Span] = []
    now = 0.0
    while events:
        time, caller, calls = heapq.heappop(events)
        later(max(time - now, 0))
        now = max(time, now)
        if calls == 0 and isinstance(answer := gate.enter(caller, 8), BreakerOpen):
            heapq.heappush(events, (now + answer.wait_seconds * 1.25 + 0.5, caller, 0))
            continue
        # Six of the eight that were reserved, half a second each.
        began = later.now()
        assert gate.use(caller, calls + 1) == 0
        made.append((began, later.now()))
        if calls + 1 < 6:
            heapq.heappush(events, (now + 0.5, caller, calls + 1))
        else:
            gate.end_run(caller, 6, 8)

    assert len(made) == 60 * 6
    assert most_within(made, 60) <= 20
    assert (made[-1][1] - begin) / WINDOW < 60 / 2 * 1.3

"""Runs that count their reserved calls themselves keep to the rate, whatever becomes of them."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.breaker import RESERVATION_MS, WINDOW_MARGIN_MS, Admitted, Breaker
from inbox.model.rate import Rate
from tests.integration.inbox.later import Later, Span, most_within
from worker.errors import JobError
from worker.run import admission as module
from worker.run.admission import Admission


RATES = (Rate(10, 60), Rate(6, 60), Rate(20, 3600), Rate(12, 2))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(0, 12)),
        st.tuples(st.just("call"), st.integers(0, 50)),
        st.tuples(st.just("spare"), st.integers(0, 50)),
        st.tuples(st.just("ends"), st.integers(0, 50)),
        st.tuples(st.just("dies"), st.integers(0, 50)),
        st.tuples(st.just("later"), st.sampled_from([0.5, 3, 30, 59, 61, 90, 125, 1800, 3500])),
    ),
    min_size=30,
    max_size=80,
)


def _passes(act: Callable[[], None]) -> bool:
    try:
        act()
    except JobError:
        return False
    return True


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, rate=st.sampled_from(RATES))
def test_no_window_has_more_calls_than_the_rate(
    store: Any, monkeypatch: pytest.MonkeyPatch, steps: list[Any], rate: Rate
) -> None:
    """Whatever is made late, beyond what was reserved, by the dead, or by those that can wait."""
    store.flushall()
    breaker, later, names = Breaker(store, "perks", rate), Later(store), itertools.count()
    monkeypatch.setattr(module, "monotonic", later.now)
    live: list[Admission] = []
    made: list[Span] = []
    for act, value in steps:
        one = live[int(value) % len(live)] if live else None
        began = later.now()
        if act == "enter":
            one = Admission(breaker, f"c{next(names)}", 0.5, reserve=value)
            if _passes(one.enter):
                live.append(one)
        elif act == "later":
            later(value)
        elif one and act in {"call", "spare"}:
            count = one.count_call if act == "call" else one.spare_call
            passed = sum(_passes(count) for _ in range(1 + value // 5))
            made += [(began, later.now())] * passed
        elif one:
            live.remove(one)
            if act == "ends":
                one.leave(None)
        assert most_within(made, rate.seconds) <= rate.count
    # Whatever was left behind, in time all is free again.
    later(RESERVATION_MS / 1000 + rate.seconds + WINDOW_MARGIN_MS / 1000 + 1)
    assert isinstance(breaker.enter("last", rate.count), Admitted)


@pytest.mark.parametrize("seconds", [60, 3600])
def test_calls_of_a_long_run_count_for_a_window(
    store: Any, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """Made in the last moment of a reservation by a run that lives or died, they still count."""
    breaker, later = Breaker(store, "perks", Rate(8, seconds)), Later(store)
    monkeypatch.setattr(module, "monotonic", later.now)
    long = Admission(breaker, "long", 0.5, reserve=8)
    long.enter()
    later(RESERVATION_MS / 1000 - 2)
    for _ in range(8):
        long.count_call()

    later(seconds - 1)

    assert not isinstance(breaker.enter("next", 1), Admitted)
    later(5)
    assert isinstance(breaker.enter("next", 1), Admitted)

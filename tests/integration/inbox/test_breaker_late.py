"""A call that began before the gate was shut does not disturb the one that tries alone."""

from typing import Any

import pytest

from inbox.breaker import FAILURES_THAT_SHUT, Admitted, Breaker, BreakerOpen
from inbox.model.rate import Rate
from tests.engine import KEYS
from tests.integration.inbox.later import Later


ALONE = Admitted(in_doubt=True, alone=True)


@pytest.fixture
def later(store: Any) -> Later:
    """Lets time pass."""
    return Later(store)


def shut(gate: Breaker) -> None:
    """Fail until the gate is shut."""
    for _ in range(FAILURES_THAT_SHUT):
        gate.failed("c", "down")


@pytest.mark.parametrize("how", ["well", "skip", "failed", "pause"])
def test_a_straggler_does_not_free_the_lone_try_of_another(
    later: Later, store: Any, how: str
) -> None:
    """Whatever an earlier call reports, the lone try stays its caller's until it reports."""
    gate = Breaker(store, "perks")
    shut(gate)
    later(2)
    assert gate.enter("lone", 8) == ALONE

    getattr(gate, how)("straggler", *{"failed": ("down",), "pause": ("busy", 1)}.get(how, ()))

    assert store.get(f"{KEYS.gate}perks:try") == b"lone"
    # Shut again and its pause over, the gate still waits for what the lone caller finds.
    shut(gate)
    store.hset(KEYS.gate + "perks", "until", 1)
    assert gate.enter("other", 8) == BreakerOpen(2.0, "busy" if how == "pause" else "down")
    gate.skip("lone")
    assert gate.enter("other", 8) == ALONE


def test_who_finds_no_budget_does_not_free_the_lone_try_of_another(
    store: Any, later: Later
) -> None:
    """A straggler opened the gate while another tries alone: turned away, one leaves that try."""
    gate = Breaker(store, "perks", Rate(8, 60))
    shut(gate)
    later(2)
    assert gate.enter("lone", 8) == ALONE
    gate.well("straggler")

    answer = gate.enter("other", 8)

    assert isinstance(answer, BreakerOpen)
    assert answer.reason == "budget"
    assert store.get(f"{KEYS.gate}perks:try") == b"lone"

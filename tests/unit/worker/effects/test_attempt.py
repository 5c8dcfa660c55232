"""The engine under every effect: two runs that meet on one end as one."""

import pytest

from inbox.model.effect import EffectState
from worker.effects.attempt import Attempt
from worker.errors import PostponedError
from worker.testing import MemoryLedger


def attempts(many: int = 2) -> tuple[MemoryLedger, list[Attempt]]:
    """Plan an effect, and let so many runs see it."""
    ledger = MemoryLedger(300.0)
    return ledger, [
        Attempt(ledger, ledger.plan("effect", holder="rh_1", customer="cust_1"))
        for _ in range(many)
    ]


def test_of_two_runs_that_saw_the_same_state_one_sends() -> None:
    """The other one is asked to come back, and changes nothing."""
    ledger, (one, other) = attempts()
    one.send(amount=5)

    with pytest.raises(PostponedError) as caught:
        other.send(amount=7)

    assert caught.value.reason == "effect_moved"
    assert ledger.effects["effect"].number("amount") == 5
    assert one.is_under_way
    assert 299 < one.seconds_left <= 300


def test_of_two_runs_that_saw_a_lost_call_one_sends_it_again() -> None:
    """Both may move it from sent to sent; the number of sends says who was first."""
    ledger, (first,) = attempts(1)
    first.send()
    one, other = (Attempt(ledger, ledger.effects["effect"]) for _ in range(2))
    one.send()

    with pytest.raises(PostponedError):
        other.send()


def test_what_was_refused_was_not_sent() -> None:
    """It does not use up one of the sends after which a person is asked."""
    ledger, (one,) = attempts(1)
    one.send()
    one.refuse()

    assert ledger.effects["effect"].state is EffectState.REFUSED
    assert ledger.effects["effect"].number("sends") == 0
    assert not one.is_under_way


def test_what_is_harmless_is_repeated_until_it_is_confirmed() -> None:
    """Each run that saw it open does it, the first one's record stays, later runs do nothing."""
    ledger, (one, other) = attempts()

    assert one.repeat(lambda: {"outcome": "by one"}) == "by one"
    assert other.repeat(lambda: {"outcome": "by the other"}) == "by the other"
    later = Attempt(ledger, ledger.effects["effect"])

    assert later.is_confirmed
    assert later.repeat(lambda: pytest.fail("it is done")) == "by one"

"""A history is the same each time: the same calls, the same end."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from sandbox.faults.fault import apply_late, apply_then_drop, drop
from tests.histories.life import Act
from tests.histories.plans import HISTORIES, History
from tests.histories.works import Works
from tests.histories.worlds import Beginning
from worker.settings.policies import Policies


#: Two referees of one referrer leave, and what each of them and the referrer got is taken.
_BUSY: dict[str, Any] = {
    "acts": [Act("unassign", 0, 0), Act("deliver", 0, 0), Act("spend", 1, 1)],
    "begins": Beginning(reward=0, tier=1, shows_reward=False, codes=1, assigned=2),
    "ends": True,
    "policies": Policies(claw_back_referrer=True, roll_back_redemption=True),
    "faults": {},
    "money": {},
    "crashes": {},
    "freezes": {},
    "spends": {},
    "lag": 1,
    "seed": 7,
}

#: What once went by the machine's clock, by hashes or by threads.
WORST: dict[str, dict[str, Any]] = {
    # From its second loss on a job comes back at a time that a hash of its id gives.
    "crashes": {"crashes": {4: False, 9: True, 14: False, 19: True}},
    "a freeze while another continues": {"freezes": {7: (250.0, False), 30: (70.0, True)}},
    "a thaw between two calls": {"freezes": {7: (250.0, True)}, "thaws": frozenset({12})},
    "late answers": {"money": {1: apply_late(20), 2: apply_late(240), 3: apply_then_drop()}},
    # The one that tries alone dies, and the others wait until its try ends by itself.
    "a shut gate": {"faults": dict.fromkeys(range(3, 10), drop()), "crashes": {10: False}},
}


def _play(history: History, works: Works) -> tuple[object, ...]:
    """Let it happen, and give all that came of it."""
    history.run(works)
    store = works.shop.world.store
    return (
        works.line.calls,
        works.time.now(),
        works.failed(),
        {each.id: (each.active, each.balance) for each in store.vouchers.values()},
        {each.id: each.metadata for each in store.customers.values()},
        [
            effect.fields
            for each in sorted(works.removed)
            for effect in works.effects.of(holder=each)
        ],
    )


@pytest.mark.parametrize("trouble", WORST)
def test_the_worst_histories_are_the_same_twice(works: Works, trouble: str) -> None:
    """Crashes, freezes, late answers and pauses end the same way in works that were used."""
    history = History(**{**_BUSY, **WORST[trouble]})

    assert _play(history, works) == _play(history, works)


def test_a_history_is_the_same_in_new_works(works: Works) -> None:
    """Nothing that earlier histories left makes a difference."""
    history = History(**_BUSY)

    assert _play(history, Works(works.store)) == _play(history, works)


def test_random_histories_are_the_same_twice(works: Works) -> None:
    """Forty of them, whatever is in them."""

    @seed(0)
    @settings(
        max_examples=40,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(history=HISTORIES)
    def same(history: History) -> None:
        assert _play(history, works) == _play(history, works)

    same()

"""A worker that froze in the middle continues when another one has its job, and does no harm."""

import pytest

from sandbox.faults.fault import apply_late, apply_then_drop, drop
from tests.histories.life import Act
from tests.histories.plans import FAULTS, History
from tests.histories.works import Works
from tests.histories.worlds import Beginning
from worker.settings.policies import Policies


#: What becomes of the first balance change.
FIRST = {"well": None, "dropped": drop(), "unheard": apply_then_drop(), "late": apply_late(200)}

#: Calls of the ordinary removal, and some for what is checked again.
CALLS = range(1, 10)


def history(**troubles: object) -> History:
    """Remove one referee who was rewarded, under these troubles."""
    wanted: dict[str, object] = {
        "acts": [Act("unassign", 0, 0)],
        "begins": Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=1),
        "ends": False,
        "policies": Policies(),
        "spends": {},
        "lag": 0,
        "seed": 1,
        "faults": {},
        "money": {},
        "crashes": {},
        "freezes": {},
        **troubles,
    }
    return History(**wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("sent", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("seconds", [70.0, 250.0])
def test_frozen_at_every_call_until_a_time(
    works: Works, first: str, sent: bool, seconds: float
) -> None:
    """The lease is over by then, and another run is in the middle, waits, or is done."""
    money = {1: fault} if (fault := FIRST[first]) else {}
    for call in CALLS:
        history(freezes={call: (seconds, sent)}, money=money).run(works)


@pytest.mark.parametrize("first", ["well", "dropped"])
@pytest.mark.parametrize("sent", [False, True], ids=["before", "after"])
def test_frozen_at_every_call_until_every_call_of_the_other(
    works: Works, first: str, sent: bool
) -> None:
    """The frozen run continues to its end just before each call of the run that took over."""
    money = {1: fault} if (fault := FIRST[first]) else {}
    for call in CALLS:
        for later in range(call + 1, call + 10):
            history(freezes={call: (250.0, sent)}, money=money, thaws=frozenset({later})).run(works)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_two_changes_of_one_card_are_never_in_flight_together(works: Works, number: int) -> None:
    """Two referees of one referrer leave, and any of the four changes goes wrong in any way."""
    for fault in FAULTS:
        history(
            begins=Beginning(reward=0, tier=1, shows_reward=False, codes=1, assigned=2),
            policies=Policies(claw_back_referrer=True),
            ends=True,
            money={number: fault},
        ).run(works)

"""What is reported of a history that fails."""

from typing import Any

import httpx2
import pytest

from sandbox.faults.fault import Fault
from tests.histories.life import Act
from tests.histories.plans import FAULTS, History
from tests.histories.truth import Truth
from tests.histories.works import Works
from tests.histories.worlds import Beginning
from worker.settings.policies import Policies


#: What the note of a failure is written in.
_NAMES = {each.__name__: each for each in (Act, Beginning, Fault, History, Policies, httpx2)}


def test_a_history_that_fails_reports_itself_and_its_calls(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note of a failure is Python that makes the same history again."""
    history = History(
        acts=[Act("unassign", 0, 0)],
        begins=Beginning(reward=0, tier=0, shows_reward=False, codes=1, assigned=1),
        ends=False,
        policies=Policies(),
        faults=dict(enumerate(FAULTS, 30)),
        money={},
        crashes={50: True},
        freezes={60: (70.0, True)},
        spends={70: Act("spend", 0, 1)},
        lag=0,
        seed=0,
        thaws=frozenset({80}),
    )
    monkeypatch.setattr(Truth, "judge", _wrong)

    with pytest.raises(AssertionError, match="wrong") as caught:
        history.run(works)

    [note] = caught.value.__notes__
    reported: dict[str, Any] = {}
    exec(note, _NAMES, reported)
    assert reported["history"] == history
    assert reported["calls"] == works.line.calls != []


def _wrong(*_: object) -> None:
    raise AssertionError("wrong")

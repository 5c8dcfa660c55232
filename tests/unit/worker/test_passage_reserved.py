from time import monotonic

import pytest

from inbox.breaker import RESERVATION_MS
from tests.unit.worker.fake_gate import CLAIM, FakeGate, entered
from worker.errors import PostponedError
from worker.run import admission as passages
from worker.run.admission import SPARE_SECONDS


def test_reserved_calls_are_not_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are for as long as a reservation counts; later ones are, and so are those beyond."""
    gate = FakeGate()
    passage = entered(gate, calls=3)
    assert gate.told == []

    monkeypatch.setattr(passages, "monotonic", lambda: monotonic() + RESERVATION_MS / 1000)
    passage.count_call()
    assert gate.told == [("use", 4)]

    passage.leave(None)
    assert gate.told[1:] == [("end_run", 4, 8)]


def test_no_more_is_taken_for_reserved_than_the_rate_allows() -> None:
    """Of a budget of five calls a job reserves five, and asks for its sixth."""
    gate = FakeGate(rate=(5, 61_000), budget=5)
    passage = entered(gate, calls=5)

    with pytest.raises(PostponedError):
        passage.count_call()

    passage.leave(None)
    assert gate.told == [("use", 6), ("end_run", 5, 5)]


def test_who_can_wait_keeps_no_call_from_others() -> None:
    """Before the first spare call the reserved ones are given back, and each is asked for."""
    gate = FakeGate(spare=2)
    passage = entered(gate, calls=3)
    passage.spare_call()
    passage.spare_call()

    with pytest.raises(PostponedError) as caught:
        passage.spare_call()

    assert (caught.value.reason, caught.value.seconds) == ("perks_spare", SPARE_SECONDS)
    assert passage.reserve_next == 0
    passage.count_call()
    passage.leave(caught.value)
    name = f"{CLAIM.job}:3:spare"
    assert gate.told == [
        ("end_run", 3, 8),
        *(("use_spare", f"{name}:{number}") for number in (1, 2, 3)),
        ("use", 4),
    ]

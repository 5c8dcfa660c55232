from time import monotonic

import pytest

from inbox.breaker import RESERVATION_MS
from tests.unit.worker.fake_breaker import FakeBreaker, entered
from worker.errors import PostponedError
from worker.run import admission as module
from worker.run.admission import SPARE_SECONDS


def test_reserved_calls_are_not_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are for as long as a reservation counts; later ones are, and so are those beyond."""
    breaker = FakeBreaker()
    admission = entered(breaker, calls=3)
    assert breaker.calls == []

    monkeypatch.setattr(module, "monotonic", lambda: monotonic() + RESERVATION_MS / 1000)
    admission.count_call()
    assert breaker.calls == [("use", 4)]

    admission.leave(None)
    assert breaker.calls[1:] == [("end_run", 4, 8)]


def test_no_more_is_taken_for_reserved_than_the_rate_allows() -> None:
    """Of a budget of five calls a job reserves five, and asks for its sixth."""
    breaker = FakeBreaker(rate=(5, 61_000), budget=5)
    admission = entered(breaker, calls=5)

    with pytest.raises(PostponedError):
        admission.count_call()

    admission.leave(None)
    assert breaker.calls == [("use", 6), ("end_run", 5, 5)]


def test_who_can_wait_keeps_no_call_from_others() -> None:
    """With the first spare call the reserved ones are given back, and each is asked for."""
    breaker = FakeBreaker(spare=2)
    admission = entered(breaker, calls=3)
    admission.spare_call()
    admission.spare_call()

    with pytest.raises(PostponedError) as caught:
        admission.spare_call()

    assert (caught.value.reason, caught.value.seconds) == ("perks_spare", SPARE_SECONDS)
    assert admission.reserve_next == 0
    admission.count_call()
    admission.leave(caught.value)
    assert breaker.calls == [
        ("use_spare", 1, 3, 8),
        ("use_spare", 2, 0, 0),
        ("use_spare", 3, 0, 0),
        ("use", 4),
    ]

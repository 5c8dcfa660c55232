import pytest

from receiver.server.slow_senders import (
    BODY_SECONDS,
    WAITING_SECONDS,
    Traffic,
    time_left,
    waiting_since,
)


LONG = BODY_SECONDS + WAITING_SECONDS


@pytest.mark.parametrize(
    ("received", "sent", "before", "since"),
    [
        (10.0, 10.0, None, None),  # nothing has ever come
        (10.0, 10.5, 10.0, None),  # it was answered
        (10.0, 9.0, None, 10.0),  # a request has begun
        (14.0, 9.0, 10.0, 10.0),  # it still comes
        (14.0, 12.0, 10.0, 14.0),  # it was answered, and the next one has begun
    ],
)
def test_a_request_is_what_came_after_the_last_answer(
    received: float, sent: float, before: float | None, since: float | None
) -> None:
    """A new request on the same connection has its own time."""
    assert waiting_since(Traffic(received, sent), before) == since


@pytest.mark.parametrize("received", [10.0, 9.99])
def test_a_new_connection_has_a_request_to_answer(received: float) -> None:
    """What came together with the connection is as old as the connection itself."""
    traffic = Traffic(received=received, sent=10.0, answered=False)

    assert waiting_since(traffic, None) == received


def test_what_dribbles_has_less_time_than_what_may_wait_for_a_thread() -> None:
    """A request that came in whole is silent too: those that hold a thread for sure go first."""
    dribbles, waits = Traffic(received=14.0, sent=9.0), Traffic(received=10.0, sent=9.0)

    assert time_left(dribbles, 10.0, 14.0) == pytest.approx(BODY_SECONDS - 4)
    assert time_left(waits, 10.0, 14.0) == pytest.approx(LONG - 4)


@pytest.mark.parametrize("ago", [0.0, BODY_SECONDS, LONG - 0.1])
def test_an_idle_connection_that_was_used_of_late_is_left_alone(ago: float) -> None:
    """Whichever way data went last, it counts."""
    assert time_left(Traffic(received=100 - ago, sent=0.0), None, 100.0) > 0
    assert time_left(Traffic(received=0.0, sent=100 - ago), None, 100.0) > 0


def test_an_idle_connection_has_its_end() -> None:
    """A sender that went silent right behind an earlier request seems idle."""
    assert time_left(Traffic(received=10.0, sent=10.5), None, 10.6 + LONG) < 0

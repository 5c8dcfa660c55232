import signal
from collections.abc import Iterator

import pytest

from receiver.server.serve import Leave


TAKEN = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)


class Watched:
    """A way out with a clock of its own, and what it has done."""

    def __init__(self, seconds: float) -> None:
        self.now = 100.0
        self.done: list[str] = []
        signal.signal(signal.SIGTERM, lambda *_: self.done.append("stopped"))
        Leave(seconds, lambda: self.done.append("announced"), lambda: self.now).take_signals()


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """Give this process its own handlers and timer back."""
    before = {number: signal.getsignal(number) for number in TAKEN}
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_only_announces(number: signal.Signals) -> None:
    """The server continues, with a timer set for the end."""
    watched = Watched(3600)
    signal.raise_signal(number)

    assert watched.done == ["announced"]
    assert 3500 < signal.getitimer(signal.ITIMER_REAL)[0] <= 3600


def test_the_timer_stops_the_server() -> None:
    """When it has drained, the server's own handler is called."""
    watched = Watched(3600)
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGALRM)

    assert watched.done == ["announced", "stopped"]


def test_no_drain_announces_and_stops_together() -> None:
    """With 0 seconds, what is in flight still learns that its connection ends."""
    watched = Watched(0)
    signal.raise_signal(signal.SIGTERM)

    assert watched.done == ["announced", "stopped"]


@pytest.mark.parametrize(
    ("later", "done"),
    [(0.0, ["announced"]), (0.49, ["announced"]), (0.5, ["announced", "stopped"])],
)
def test_signals_close_together_are_one_wish(later: float, done: list[str]) -> None:
    """Heroku may send SIGTERM twice in a row; half a second later someone means it."""
    watched = Watched(3600)
    signal.raise_signal(signal.SIGTERM)
    watched.now += later
    signal.raise_signal(signal.SIGTERM)

    assert watched.done == done
    assert (signal.getitimer(signal.ITIMER_REAL)[0] <= 1) == ("stopped" in done)

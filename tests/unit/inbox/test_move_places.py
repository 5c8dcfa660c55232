from typing import Any

import pytest

from inbox.keys import Keys
from inbox.move.notes import MoveError
from inbox.move.places import measure


class Place:
    """A store that is asked for its clock only."""

    def __init__(self, prefix: str, seconds: float) -> None:
        self.names = Keys(prefix)
        self._seconds = seconds

    def time(self) -> tuple[int, int]:
        """Return seconds and microseconds."""
        return int(self._seconds), int(self._seconds % 1 * 1e6)


def apart(seconds: float) -> Any:
    """Return two places whose clocks differ."""
    return Place("a:", 1000.0 + seconds), Place("b:", 1000.0)


@pytest.mark.parametrize("seconds", [-3.0, 3.0])
def test_clocks_that_differ_are_refused(seconds: float) -> None:
    """Leases and waits are times by the server's clock."""
    with pytest.raises(MoveError, match="differ by 3 s"):
        measure(*apart(seconds))


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 1.0])
def test_clocks_that_hardly_differ_are_not(seconds: float) -> None:
    """NTP keeps them closer than that."""
    assert measure(*apart(seconds)).clocks == abs(seconds)

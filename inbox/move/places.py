"""Whether two addresses are two places whose clocks agree."""

from dataclasses import dataclass
from secrets import token_hex
from time import monotonic
from typing import Any, Final

from redis import ResponseError

from inbox.move.notes import MoveError
from inbox.store.client import StoreClient


#: Leases, waits and limits are times by the server's clock, and move as they are.
_MOST_APART_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Distance:
    """
    How far two places are apart.

    Attributes:
        trip: seconds of a round trip to both.
        clocks: seconds by which their clocks differ at least.
    """

    trip: float
    clocks: float


def measure(source: StoreClient, target: StoreClient) -> Distance:
    """
    Measure the way to both and compare their clocks.

    Raises:
        MoveError: both are one place, or their clocks differ.
    """
    if source.names.prefix == target.names.prefix:
        _refuse_one_place(source, target)
    began = monotonic()
    before = _now(target)
    there = _now(source)
    after = _now(target)
    trip = (monotonic() - began) * 2 / 3
    # The source was asked at some time in between.
    apart = max(there - after, before - there, 0.0)
    if apart > _MOST_APART_SECONDS:
        raise MoveError(
            f"the clocks of the two servers differ by {apart:.0f} s: let NTP set them, for leases "
            "and waits are times by the server's clock"
        )
    return Distance(trip, apart)


def _refuse_one_place(source: StoreClient, target: StoreClient) -> None:
    probe, word = source.names.moving + ":probe", token_hex(16)
    source.set(probe, word, px=60_000)
    try:
        found: Any = target.get(probe)
    except ResponseError:
        # Of another slot or type there.
        found = None
    source.delete(probe)
    if found == word.encode():
        raise MoveError("source and target are the same place: give another prefix or address")


def _now(client: StoreClient) -> float:
    found: Any = client.time()
    seconds, microseconds = found
    return float(seconds) + float(microseconds) / 1e6

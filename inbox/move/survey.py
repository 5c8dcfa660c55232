"""What a place holds, counted by kinds of keys without reading a value."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from inbox.keys import Keys
from inbox.store.client import StoreClient


#: Keys that the store is asked for at once.
_A_PAGE: Final = 1000

#: Keys a second with both servers on one machine of two cores that do other work, too.
USUAL_SPEED: Final = 16_000

#: Round trips to either side for a thousand keys.
_TRIPS: Final = 5


def names_of(client: StoreClient) -> Iterator[list[bytes]]:
    """
    Yield the names of all keys but those of the move, without the prefix, some at a time.

    One that is there from the beginning to the end is among them, unless the store restarts or
    another server becomes the primary meanwhile (valkey-io/valkey#4). Read until a pass finds
    nothing.
    """
    keys: Keys = client.names
    own, prefix, scan = keys.moving.encode(), keys.prefix.encode(), client.scan
    cursor = 0
    while True:
        # Of what a prefix may hold, nothing is special in a pattern (settings.parsers.prefix).
        found: Any = scan(cursor, match=keys.prefix + "*", count=_A_PAGE)
        cursor, names = found
        # A server may return a key twice.
        mine = [name.removeprefix(prefix) for name in dict.fromkeys(names) if not _is(name, own)]
        if mine:
            yield mine
        if cursor == 0:
            return


def _is(name: bytes, own: bytes) -> bool:
    return name == own or name.startswith(own + b":")


def count(client: StoreClient) -> Counter[str]:
    """Return how many keys there are of each kind: the name up to its first colon."""
    found: Counter[str] = Counter()
    for names in names_of(client):
        found.update(name.decode(errors="replace").partition(":")[0] for name in names)
    return found


def seconds(keys: int, trip: float) -> float:
    """
    Return about how long a move takes.

    Args:
        keys: how many there are.
        trip: seconds of a round trip to the source and to the target together.
    """
    return keys / USUAL_SPEED + keys / 1000 * _TRIPS * trip

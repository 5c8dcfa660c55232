"""The scripts of a move in `lua/`, each of one side."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from inbox.keys import Keys
from inbox.store.client import StoreClient
from inbox.store.script_call import ScriptCall


_FOLDER: Final = Path(__file__).parent / "lua"

#: Elements that are enough for a batch, bytes that are, and elements of one part of a larger key.
#: A step keeps each server busy for a few milliseconds, which receivers wait.
ELEMENTS: Final = 200
BYTES: Final = 256 * 1024
PART: Final = 500

#: What only workers and operators write: a target that has one of them is in use.
IN_USE: Final = (
    "fleet", "workers", "audit", "settled", "completed", "archive", "running", "waiting",
    "failed", "held", "batches",
)  # fmt: skip


class Taken(NamedTuple):
    """
    A batch that is set aside in the source.

    Attributes:
        place: of the first of the given names that has more, from 0.
        keys: how many keys were set aside, whole or in part.
        rows: what they hold, as `put` reads it.
    """

    place: int
    keys: int
    rows: bytes


class Alive(NamedTuple):
    """
    Workers that live, so that nothing was begun.

    Attributes:
        workers: how many.
        milliseconds: until the last of them counts as dead, if all were stopped just now.
    """

    workers: int
    milliseconds: int


class Source:
    """The steps in the place that is moved away."""

    def __init__(self, client: StoreClient) -> None:
        self._begin = _load(client, "begin")
        self._take = _load(client, "source", "take")
        self._drop = _load(client, "source", "drop")

    def begin(self, move: str) -> Alive | None:
        """Refuse writes of all but receivers from now on; None if it was done."""
        word, workers, milliseconds = self._begin(args=[move])
        return Alive(workers, milliseconds) if word == b"alive" else None

    def take(self, batch: str, drop: list[str], names: list[bytes]) -> Taken:
        """
        Set keys aside, whole or in part, and read them.

        Args:
            batch: its name; one that was taken before is read again.
            drop: batches that the target has confirmed, to be deleted here.
            names: keys without the prefix, at least one for a new batch.
        """
        found = self._take(args=[batch, ELEMENTS, BYTES, PART, len(drop), *drop, *names])
        return Taken(found[0] - 1, *found[1:])

    def drop(self, batches: list[str]) -> None:
        """Delete batches that the target has confirmed."""
        if batches:
            self._drop(args=batches)


class Target:
    """The steps in the place that receives."""

    def __init__(self, client: StoreClient) -> None:
        self._receive = _load(client, "receive")
        self._put = _load(client, "put", full=True)

    def receive(self, move: str) -> str:
        """Refuse writes of all but receivers from now on; the key that shows that it is in use."""
        found: bytes = self._receive(args=[move, *IN_USE])
        return found.decode()

    def put(self, move: str, batch: str, rows: bytes) -> None:
        """Store a batch, once."""
        self._put(args=[move, batch, rows])


def _load(client: StoreClient, *names: str, full: bool = False) -> Callable[..., Any]:
    """
    Return a script with what it shares.

    Args:
        client: of its side.
        names: of the files, in order.
        full: whether a full store refuses it.
    """
    keys: Keys = client.names
    head = "#!lua\n" if full else "#!lua flags=allow-oom\n"
    for name in ("prefix", "moving", "workers"):
        head += f"local {name.upper()} = '{getattr(keys, name)}'\n"
    texts = ((_FOLDER / f"{name}.lua").read_text(encoding="utf-8") for name in ("common", *names))
    return ScriptCall(client, head + "".join(texts), keys.guard)

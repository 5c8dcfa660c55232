"""Folds completed deliveries with their effects into the archive."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from inbox.archive import places
from inbox.archive.places import Place, place_of
from inbox.archive.record import Record, pack
from inbox.keys import REMOVAL
from inbox.model.effect import EffectState
from inbox.store import scripts
from inbox.store.client import StoreClient


#: Deliveries that one step folds: some milliseconds of the store's time.
A_STEP: Final = 100

_MADE: Final = "made:"
_END: Final = "end:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """
    A completed delivery as its hashes have it.

    Attributes:
        settled: when it was completed, as it is stored.
        identity: what it was the first to handle; empty for nothing.
        is_removal: whether that is an assignment.
    """

    record: Record
    settled: str
    identity: str = ""
    is_removal: bool = False

    @property
    def is_kept_long(self) -> bool:
        """Whether a promise needs it for longer than the de-duplication window."""
        return self.is_removal or bool(self.record.effects)


class Folding:
    """Folds what is completed; any number of workers may."""

    def __init__(self, client: StoreClient) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._fold = scripts.load(client, "fold")

    def step(self) -> int:
        """Fold the next completed deliveries; return how many waited, 0 for none."""
        waiting = [each.decode() for each in self._client.lrange(self._keys.settled, 0, A_STEP - 1)]
        if waiting:
            self._fold(args=list(chain.from_iterable(self._words(waiting))))
        return len(waiting)

    def _words(self, deliveries: list[str]) -> Iterator[list[str | int | bytes]]:
        hashes = self._read(self._keys.delivery + each for each in deliveries)
        effects = self._effects(hashes)
        for delivery, fields in zip(deliveries, hashes, strict=True):
            try:
                yield words_of(finished(delivery, fields, effects))
            except (KeyError, ValueError):
                # It came again and is pending, its life has ended, or a value was changed by hand:
                # the script passes it over.
                yield [delivery, "", "c", "", 0, 0, 0]

    def _effects(self, hashes: list[dict[str, str]]) -> dict[str, dict[str, str]]:
        names = [
            name.removeprefix(_MADE)
            for fields in hashes
            for name in fields
            if name.startswith(_MADE)
        ]
        found = self._read(self._keys.effect + name for name in names)
        return dict(zip(names, found, strict=True))

    def _read(self, keys: Iterable[str]) -> list[dict[str, str]]:
        pipe = self._client.pipeline(transaction=False)
        for key in keys:
            pipe.hgetall(key)
        # A delivery that was forgotten and came again is a string until it is claimed.
        return [
            {}
            if isinstance(found, Exception)
            else {name.decode(): value.decode("utf-8", "replace") for name, value in found.items()}
            for found in pipe.execute(raise_on_error=False)
        ]


def finished(delivery: str, fields: dict[str, str], effects: dict[str, dict[str, str]]) -> Finished:
    """Read a completed delivery from its fields, and those of all effects by their ids."""
    made = {
        name: effects[name]
        for name in sorted(field.removeprefix(_MADE) for field in fields if field.startswith(_MADE))
        # Any other state may still change.
        if effects[name].get("state") == EffectState.CONFIRMED
    }
    record = Record(
        delivery=delivery,
        received=int(fields["received"]),
        completed=int(fields["settled"]),
        erased=int(fields["erased"]) if "erased" in fields else None,
        facts=json.loads(fields.get("facts", "{}")),
        ended={
            name.removeprefix(_END): value
            for name, value in sorted(fields.items())
            if name.startswith(_END)
        },
        effects=made,
    )
    return Finished(
        record=record,
        settled=fields["settled"],
        identity=fields.get("identity", ""),
        is_removal=fields.get("identity_of") == "assignment",
    )


def words_of(done: Finished) -> list[str | int | bytes]:
    """Return the arguments of the script `fold` for a delivery."""
    record = done.record
    names = list(dict.fromkeys(_names(done)))
    gone = [f"effect:{effect}" for effect in record.effects]
    gone += [f"identity:{done.identity}"] if done.identity else []
    members: list[str] = []
    for effect, fields in record.effects.items():
        gone += [f"card:grant:{fields['grant']}"] if fields.get("grant") else []
        members += [f"effects:holder:{fields['holder']}", effect]
        members += [f"effects:customer:{fields['customer']}", effect] if fields["customer"] else []
    stream = "a" if done.is_kept_long else "c"
    words: list[str | int | bytes] = [record.delivery, done.settled, stream, pack(record)]
    words.append(len(names))
    for name in names:
        words += [name.bucket, name.field]
    return [*words, len(gone), *gone, len(members) // 2, *members]


def _names(done: Finished) -> Iterator[Place]:
    """Yield where the index has the record, the delivery first."""
    record = done.record
    yield place_of(places.DELIVERY, record.delivery)
    if done.identity:
        yield place_of(places.IDENTITY, done.identity)
    for effect, fields in record.effects.items():
        yield place_of(places.EFFECT, effect)
        if fields.get("grant"):
            yield place_of(places.GRANT, fields["grant"])
        if done.identity != REMOVAL + fields["holder"]:
            yield place_of(places.HOLDER, fields["holder"])
        if fields["customer"]:
            yield place_of(places.CUSTOMER, fields["customer"])

"""Reads what is archived, by the names that the index has."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from inbox.archive import places
from inbox.archive.places import place_of
from inbox.archive.record import Record, unpack
from inbox.keys import PROCESS, REMOVAL
from inbox.store.client import StoreClient


#: How the process job of an event that no handler wants ended.
UNWANTED: Final = "no handler wanted this event"


class Archive:
    """The archive, for the ledger and for operators."""

    def __init__(self, client: StoreClient) -> None:
        # redis-py types an answer as all that any of its clients may give.
        self._client: Any = client
        self._keys = client.names
        self._streams = {"c": self._keys.completed, "a": self._keys.archive}

    def deliveries(self, deliveries: Sequence[str]) -> list[Record | None]:
        """Return what is remembered of completed deliveries, each None if nothing is."""
        found = self._records([(places.DELIVERY, each) for each in deliveries])
        return [records[0] if records else None for records in found]

    def effect(self, effect: str) -> dict[str, str] | None:
        """Return the fields of a confirmed effect that is archived; None if there is none."""
        [records] = self._records([(places.EFFECT, effect)])
        return next((each.effects[effect] for each in records if effect in each.effects), None)

    def effects_of(
        self, *, holder: str | None = None, customer: str | None = None
    ) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the archived effects of a holder or else a customer: id and fields."""
        if holder:
            about, name = "holder", holder
            names = [(places.IDENTITY, REMOVAL + holder), (places.HOLDER, holder)]
        else:
            about, name = "customer", customer or ""
            names = [(places.CUSTOMER, name)]
        for record in chain.from_iterable(self._records(names)):
            for effect, fields in record.effects.items():
                if fields[about] == name:
                    yield effect, fields

    def known(self, kind: str, names: Sequence[str]) -> list[bool]:
        """Return of each name of a kind whether it is remembered."""
        return [bool(found) for found in self._entries([(kind, name) for name in names])]

    def claimed(self, identities: Sequence[str]) -> list[bool]:
        """Return of each identity whether a delivery has claimed it, archived or not."""
        pipe = self._client.pipeline(transaction=False)
        for identity in identities:
            pipe.exists(self._keys.identity + identity)
        # The archive last, so that what is folded meanwhile is in one of the two.
        pending, folded = pipe.execute(), self.known(places.IDENTITY, identities)
        return [any(either) for either in zip(pending, folded, strict=True)]

    def _entries(self, names: Sequence[tuple[str, str]]) -> list[list[str]]:
        """Return what the index says of kinds and names: "c" or "a" and the id of an entry."""
        pipe = self._client.pipeline(transaction=False)
        for kind, name in names:
            place = place_of(kind, name)
            pipe.hget(place.key(self._keys), place.field)
        return [(found or b"").decode().split() for found in pipe.execute()]

    def _records(self, names: Sequence[tuple[str, str]]) -> list[list[Record]]:
        """Return the records of each name, oldest first, in two round trips."""
        of_each = self._entries(names)
        pipe = self._client.pipeline(transaction=False)
        for entry in chain.from_iterable(of_each):
            pipe.xrange(self._streams[entry[0]], entry[1:], entry[1:])
        found = iter(pipe.execute())
        return [
            [record for _ in entries for each in next(found) if (record := _read(*each))]
            for entries in of_each
        ]


def _read(entry_id: bytes, fields: dict[bytes, bytes]) -> Record | None:
    delivery, record = fields[b"d"].hex(), fields[b"r"]
    if not record:
        # It is in the archive, or the archive has forgotten it.
        return None
    if not record.startswith(b"+"):
        return unpack(delivery, record)
    completed = int(entry_id.partition(b"-")[0])
    return Record(
        delivery=delivery,
        received=completed - int(record[1:]),
        completed=completed,
        ended={PROCESS: UNWANTED},
    )

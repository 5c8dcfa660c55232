"""
Records: what is remembered of a completed delivery, as values and as packed bytes.

The first byte names the packing: *n* is JSON, packed by zstandard with the dictionary
`record-n.dict`, which therefore stays in `store/dictionaries/`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import zstandard


_NEWEST: Final = 1
_LEVEL: Final = 12
_FOLDER: Final = Path(__file__).parents[1] / "store" / "dictionaries"

#: Fields of an effect that are times in ms: its states.
TIMES: Final = frozenset({"planned", "sent", "answered", "unknown", "confirmed", "refused"})

#: Fields of an effect that the delivery's facts have as well, most often with the same value.
_SHARED: Final = {"holder": "holder", "customer": "customer", "event": "event_id"}

_NO_EFFECTS: Final[Mapping[str, dict[str, str]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    What is remembered of a completed delivery.

    Attributes:
        received, completed: times in ms since 1970.
        erased: when its body was redacted; None if it was not.
        facts: ids for operators; empty if no handler wanted the event.
        ended: how each job ended, by its name.
        effects: the fields of its confirmed effects, by their ids.
    """

    delivery: str
    received: int
    completed: int
    erased: int | None = None
    facts: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    effects: Mapping[str, dict[str, str]] = field(default_factory=lambda: _NO_EFFECTS)


def pack(record: Record) -> bytes:
    """Pack a record for the store."""
    return b"%c%b" % (_NEWEST, _compressor().compress(as_text(record)))


def as_text(record: Record) -> bytes:
    """Write a record as JSON, with what is in it once."""
    plain = [
        record.received,
        record.completed - record.received,
        record.facts,
        record.ended,
        [[name, *_short(record, fields)] for name, fields in record.effects.items()],
        *([record.erased] if record.erased is not None else []),
    ]
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False).encode()


def unpack(delivery: str, packed: bytes) -> Record:
    """
    Read what `pack` wrote.

    Raises:
        ValueError: it was packed by a newer release.
    """
    if packed[0] != _NEWEST:
        raise ValueError("this record was stored by a newer perkhook: upgrade this process")
    # A decompressor must not be shared by threads.
    decompressor = zstandard.ZstdDecompressor(
        dict_data=_dictionary(), format=zstandard.FORMAT_ZSTD1_MAGICLESS
    )
    received, age, facts, ended, effects, *erased = json.loads(decompressor.decompress(packed[1:]))
    record = Record(
        delivery=delivery,
        received=received,
        completed=received + age,
        erased=erased[0] if erased else None,
        facts=facts,
        ended=ended,
    )
    return replace(record, effects={name: _long(record, words) for name, *words in effects})


def _short(record: Record, fields: Mapping[str, str]) -> Iterable[str | int]:
    """Write an effect's fields: times since the delivery was received, what is known once."""
    for name, value in fields.items():
        yield name
        if name in TIMES:
            yield int(value) - record.received
        elif name in _SHARED and value == record.facts.get(_SHARED[name]):
            yield 0
        elif name == "job" and value.startswith(f"{record.delivery}:"):
            yield value.removeprefix(record.delivery)
        else:
            yield value


def _long(record: Record, words: list[Any]) -> dict[str, str]:
    """Read what `_short` wrote."""
    fields: dict[str, str] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        if name in TIMES:
            fields[name] = str(record.received + value)
        elif value == 0:
            fields[name] = record.facts[_SHARED[name]]
        elif name == "job" and value.startswith(":"):
            fields[name] = record.delivery + value
        else:
            fields[name] = value
    return fields


@cache
def _compressor() -> zstandard.ZstdCompressor:
    # One thread of a worker folds.
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, source_size=2048, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_dict_id=False
    )
    return zstandard.ZstdCompressor(compression_params=parameters, dict_data=_dictionary())


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict((_FOLDER / f"record-{_NEWEST}.dict").read_bytes())

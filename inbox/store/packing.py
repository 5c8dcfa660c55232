"""
Bodies in the store: packed small, given back byte for byte.

The first byte of a packed body names how the rest is packed: 1 is zstandard alone; each other
number is zstandard with the dictionary of that name in `dictionaries/`, which therefore stays there
(docs/decisions/0019-a-dictionary-for-bodies.md).
"""

from collections import deque
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, Generic, TypeVar

import zstandard


#: The packing of new bodies. `claim` refuses what is newer before anything is changed.
NEWEST: Final = 2

_PLAIN: Final = 1
#: Longer bodies repeat themselves, and a dictionary of webhooks adds nothing to them.
_LONGEST_WITH_DICTIONARY: Final = 65_536
_LEVEL: Final = 3
#: Bodies of the shapes that the dictionary knows come out at a fourth or a third.
_SHARE_OF_A_KNOWN_BODY: Final = 0.4
_FOLDER: Final = Path(__file__).parent / "dictionaries"

_Tool = TypeVar("_Tool")


class _Pool(Generic[_Tool]):
    """
    Lends tools that two threads must not share: a shared zstandard compressor corrupts memory.

    There are as many as were ever in use at the same time, which is fewer than threads.
    """

    def __init__(self, make: Callable[[], _Tool]) -> None:
        self._make = make
        self._idle: deque[_Tool] = deque()

    def take(self) -> _Tool:
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()

    def give_back(self, tool: _Tool) -> None:
        self._idle.append(tool)


def pack(body: bytes) -> bytes:
    """Pack a raw body for the store."""
    if len(body) > _LONGEST_WITH_DICTIONARY:
        return _packed(_PLAIN, body)
    packed = _packed(NEWEST, body)
    if len(packed) <= len(body) * _SHARE_OF_A_KNOWN_BODY:
        return packed
    # At this level zstandard writes by the dictionary's statistics even where they do not fit.
    return min(packed, _packed(_PLAIN, body), key=len)


def _packed(number: int, body: bytes) -> bytes:
    pool = _compressors(number)
    compressor = pool.take()
    packed = compressor.compress(body)
    pool.give_back(compressor)
    return b"%c%b" % (number, packed)


def unpack(packed: bytes) -> bytes:
    """
    Return the raw body.

    Raises:
        ValueError: the bytes were packed by a newer release.
    """
    number = packed[0] if packed else 0
    if not _PLAIN <= number <= NEWEST:
        raise ValueError("this body was stored by a newer perkhook: upgrade this process")
    pool = _decompressors(number)
    decompressor = pool.take()
    body = decompressor.decompress(packed[1:])
    pool.give_back(decompressor)
    return body


def without_trace(text: bytes) -> bytes:
    """Return the packed body of an unclaimed delivery, as `accept` wrote it."""
    return text.partition(b"\n")[2] if text[:1] == b'"' else text


@cache
def _compressors(number: int) -> _Pool[zstandard.ZstdCompressor]:
    if number == _PLAIN:
        return _Pool(lambda: zstandard.ZstdCompressor(level=1))
    # Five bytes less a body: no mark of zstandard's own, for ours stands in front, and no name
    # of the dictionary. The length of the body stays.
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, source_size=4096, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_dict_id=False
    )
    dictionary = _dictionary(number)
    # Once for all: every compressor would else do it for itself.
    dictionary.precompute_compress(compression_params=parameters)
    return _Pool(
        lambda: zstandard.ZstdCompressor(compression_params=parameters, dict_data=dictionary)
    )


@cache
def _decompressors(number: int) -> _Pool[zstandard.ZstdDecompressor]:
    if number == _PLAIN:
        return _Pool(zstandard.ZstdDecompressor)
    dictionary = _dictionary(number)
    return _Pool(
        lambda: zstandard.ZstdDecompressor(
            dict_data=dictionary, format=zstandard.FORMAT_ZSTD1_MAGICLESS
        )
    )


@cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict((_FOLDER / f"{number}.dict").read_bytes())

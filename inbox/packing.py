"""
Bodies in the store: packed small, given back byte for byte.

The first byte of a packed body names how the rest is packed, so that bodies written by an
older release stay readable.
"""

import threading
from typing import Final

import zstandard


_ZSTD: Final = b"\x01"
_LEVEL: Final = 1


class _PerThread(threading.local):
    # A zstandard compressor that two threads share corrupts memory.
    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_per_thread: Final = _PerThread()


def pack(body: bytes) -> bytes:
    """Pack a raw body for the store."""
    return _ZSTD + _per_thread.compressor.compress(body)


def without_trace(text: bytes) -> bytes:
    """Give the packed body of a delivery that nobody has claimed yet, as `accept` wrote it."""
    return text.partition(b"\n")[2] if text[:1] == b'"' else text


def unpack(packed: bytes) -> bytes:
    """
    Give back the raw body.

    Raises:
        ValueError: the bytes were packed by a newer release.
    """
    if packed[:1] != _ZSTD:
        raise ValueError("this body was stored by a newer perkhook: upgrade this process")
    return _per_thread.decompressor.decompress(packed[1:])

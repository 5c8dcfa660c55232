"""
`python -m bench.dictionary <file>`: train a dictionary for bodies and print what it is worth.

With the same zstandard (0.25) it writes the same file. A dictionary that was ever released is
never written anew: a better one gets the next number in
`inbox/store/dictionaries/` (`inbox/store/packing.py`).
"""

import hashlib
import statistics
import sys
from pathlib import Path

import zstandard

from bench.dictionary.shapes import bodies


_SIZE = 16_384
#: The length of the pieces that it is put together from; found by `train_dictionary(steps=40)`.
_PIECE = 1_346


def main(path: Path) -> None:
    """Write the dictionary and print figures of bodies that it was not made from."""
    trained = zstandard.train_dictionary(
        _SIZE, [*bodies(seed=1, shops=120, each=30)], k=_PIECE, d=8, level=3
    )
    path.write_bytes(trained.as_bytes())
    held_out = bodies(seed=2, shops=20, each=20)
    plain = zstandard.ZstdCompressor(level=1)
    packer = zstandard.ZstdCompressor(level=3, dict_data=trained)
    print(f"{path}: {hashlib.sha256(path.read_bytes()).hexdigest()}")
    for name, sizes in (
        ("as sent", map(len, held_out)),
        ("zstandard alone", (len(plain.compress(each)) for each in held_out)),
        ("with the dictionary", (len(packer.compress(each)) for each in held_out)),
    ):
        print(f"{name:20} {statistics.mean(sizes):6.0f} bytes on average")


main(Path(sys.argv[1]))

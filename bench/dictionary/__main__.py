"""
`python -m bench.dictionary bodies|records <file>`: train a dictionary; print what it is worth.

With the same zstandard (0.25) it writes the same file. A dictionary that was ever released is
never written anew: a better one gets the next number in `inbox/store/dictionaries/`
(`inbox/store/packing.py`, `inbox/archive/record.py`).
"""

import hashlib
import statistics
import sys
from itertools import islice
from pathlib import Path

import zstandard

from bench.dictionary.records import Made
from bench.dictionary.shapes import bodies
from inbox.archive.record import as_text


_SIZES = {"bodies": 16_384, "records": 4_096}
#: The length of the pieces that it is put together from; found by `train_dictionary(steps=40)`.
_PIECES = {"bodies": 1_346, "records": 400}


def main(what: str, path: Path) -> None:
    """Write the dictionary and print figures of texts that it was not made from."""
    if what == "bodies":
        samples, held_out = bodies(seed=1, shops=120, each=30), bodies(seed=2, shops=20, each=20)
    else:
        samples, held_out = (
            [as_text(each) for each in islice(Made(seed).records(), number)]
            for seed, number in ((1, 4_000), (2, 400))
        )
    trained = zstandard.train_dictionary(_SIZES[what], [*samples], k=_PIECES[what], d=8, level=3)
    path.write_bytes(trained.as_bytes())
    plain = zstandard.ZstdCompressor(level=1)
    packer = zstandard.ZstdCompressor(level=3, dict_data=trained)
    print(f"{path}: {hashlib.sha256(path.read_bytes()).hexdigest()}")
    for name, sizes in (
        ("as they are", map(len, held_out)),
        ("zstandard alone", (len(plain.compress(each)) for each in held_out)),
        ("with the dictionary", (len(packer.compress(each)) for each in held_out)),
    ):
        print(f"{name:20} {statistics.mean(sizes):6.0f} bytes on average")


main(sys.argv[1], Path(sys.argv[2]))

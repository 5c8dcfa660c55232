"""Where the index has a name: the same for the scripts (`store/lua/common.lua`)."""

import hashlib
from typing import Final, NamedTuple

from inbox.keys import BUCKETS, Keys


#: Kinds of names: each is a delivery, what is handled once, an effect, a transaction that was
#: taken back, a holder or other subject of effects, or a customer of effects.
DELIVERY: Final = "d:"
IDENTITY: Final = "i:"
EFFECT: Final = "e:"
GRANT: Final = "g:"
HOLDER: Final = "h:"
CUSTOMER: Final = "c:"


class Place(NamedTuple):
    """A field of the index: the number of its hash, and its name there (12 bytes)."""

    bucket: int
    field: bytes

    def key(self, keys: Keys) -> str:
        """Return the key of its hash."""
        return f"{keys.index}{self.bucket}"


def place_of(kind: str, name: str) -> Place:
    """Return where the index has this name of a kind."""
    digest = hashlib.sha1(f"{kind}{name}".encode(), usedforsecurity=False).digest()
    return Place(int.from_bytes(digest[:2]) % BUCKETS, digest[2:14])

"""Which failures are one and the same fault: pure functions over their texts."""

import hashlib
import re
from functools import lru_cache
from typing import Final


#: A word with a digit in it is an id, an amount, a time or a position: it separates what one
#: cause has broken. The possessive parts keep it quick on whatever a downstream wrote.
_PARTICULAR: Final = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z_-]*+[0-9][A-Za-z0-9_-]*+")

#: Longer errors differ in their ends, or not at all.
_LONGEST: Final = 300


def normalised(error: str) -> str:
    """Write `…` for every id and number of an error."""
    return _PARTICULAR.sub("…", error[:_LONGEST])


@lru_cache(maxsize=4096)
def fingerprint(name: str, reason: str, sentence: str) -> str:
    """
    Return a name for the fault that a job failed by, the same for all such jobs of one handler.

    Args:
        name: handler, or process.
        reason: slug of the error.
        sentence: the error, normalised.
    """
    text = f"{name}\0{reason}\0{sentence}"
    return hashlib.blake2s(text.encode("utf-8", "replace"), digest_size=6).hexdigest()

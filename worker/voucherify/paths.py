"""How things are asked for: ids as steps of a path, and the length of pages."""

from typing import Final
from urllib.parse import quote

from worker.errors import PermanentError


PAGE: Final = 100

#: No id comes near this, and servers refuse addresses of some kilobytes.
_LONGEST_SEGMENT: Final = 2000


def segment(text: str) -> str:
    """Write an id so that it stands in a path as one step; raises PermanentError."""
    segment = quote(text, safe="")
    if len(segment) > _LONGEST_SEGMENT:
        raise PermanentError("voucherify_impossible_id", "an id is too long to be asked for")
    # "." and ".." would be taken as steps in the path and lead to another address.
    return segment if segment.strip(".") else segment.replace(".", "%2E")

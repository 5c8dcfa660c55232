import re
from typing import Final


MAX_DEPTH: Final = 100
"""Levels of nesting that are read. Voucherify's own bodies stay below fifteen.

Python's own limit will not do: it differs between 3.11 (about 990), 3.12 (1,500) and
3.13 (10,000), shrinks with the depth of the caller, and a thread's stack may be smaller.
"""

# Every part is possessive or optional, so a string without an end, or one of nothing
# but escapes, is passed in one go and the whole scan stays linear.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def too_deep_at(text: str) -> int | None:
    """Find the bracket that opens one level too many, or None if the text is shallow."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return None
    depth = 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        if text[start] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return start
        elif text[start] in "]}":
            depth -= 1
    return None

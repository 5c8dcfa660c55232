"""What is checked and repaired in the text of a body before it is decoded."""

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

# A whole pair, or (captured) half of one, or any other escape. The last alternative
# keeps an escaped backslash from lending its second half to a `ud83d` that follows.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|.)",
    re.DOTALL,
)


def too_deep_at(text: str) -> int | None:
    """Return the position of the bracket that opens one level too many, or None."""
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


def without_lone_surrogates(text: str) -> str:
    r"""
    Replace each half of a pair in escaped JSON (`\ud83d` alone) by U+FFFD.

    A name that was cut in the middle of an emoji arrives so. Left alone, it would load
    and then fail much later, when it is encoded for a log line or a request. The text
    keeps its length, so positions in errors stay true.
    """
    if r"\ud" not in text and r"\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text)

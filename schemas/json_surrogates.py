import re


# A whole pair, or (captured) half of one, or any other escape. The last alternative
# keeps an escaped backslash from lending its second half to a `ud83d` that follows.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|.)",
    re.DOTALL,
)


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

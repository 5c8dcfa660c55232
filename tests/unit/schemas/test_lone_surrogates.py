import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import parse_body


@pytest.mark.parametrize(
    ("escaped", "read"),
    [
        (r"Ada \ud83d", "Ada \ufffd"),
        (r"Ada \uD83D", "Ada \ufffd"),
        (r"\ude00 Ada", "\ufffd Ada"),
        (r"\ud83d\ude00", "😀"),
        (r"\uD83D\uDE00", "😀"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\ud83dude00", "\ufffdude00"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d", "\\\ufffd"),
        (r"\"\ud83d\"", '"\ufffd"'),
        (r"\u00e9\ud7ff\ue000", "\u00e9\ud7ff\ue000"),
    ],
)
def test_half_a_pair_becomes_the_replacement_character(escaped: str, read: str) -> None:
    """Each lone surrogate becomes U+FFFD; whole pairs and escaped backslashes stay."""
    assert parse_body(f'{{"name":"{escaped}"}}'.encode()) == {"name": read}


def test_names_are_repaired_as_well() -> None:
    """A lone surrogate in a name is replaced too, so the whole tree can be encoded."""
    assert parse_body(rb'{"\ud83d":1}') == {"\ufffd": 1}


@given(st.text(st.characters(codec=None)))
@example("\ud83d\ude00\ud83d")
def test_whatever_was_escaped_can_be_encoded(text: str) -> None:
    """Any text, with surrogates anywhere, loads as text that UTF-8 can carry."""
    read = parse_body(json.dumps({"name": text}).encode())["name"]
    as_utf16 = text.encode("utf-16-le", "surrogatepass")
    assert read == as_utf16.decode("utf-16-le", "replace")
    assert read.encode().decode() == read

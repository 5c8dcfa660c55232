import json
import pickle
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import UnreadableBody, parse_body
from tests import samples


# Every sentence that may be said, with the places where figures and paths stand.
PATH = r"(?:at the top|at [a-z_?]+(?:\.[a-z_?]+|\[\d+\])*|at \[\d+\](?:\.[a-z_?]+|\[\d+\])*)"
SENTENCES = re.compile(
    rf"""The\ body\ is\ not\ UTF-8:\ the\ byte\ at\ offset\ \d+\ cannot\ be\ decoded\.
    |The\ body\ is\ not\ UTF-8:\ it\ begins\ as\ UTF-(?:16|32)\ does\.
    |The\ body\ is\ not\ JSON:\ it\ is\ empty\.
    |The\ body\ is\ not\ JSON:\ (?:it\ cannot\ be\ read|more\ follows\ its\ end)\ at\ line
        \ \d+,\ column\ \d+\.
    |The\ body\ is\ nested\ more\ than\ 100\ levels\ deep\ at\ line\ \d+,\ column\ \d+\.
    |The\ body\ is\ JSON,\ but\ not\ an\ object\.
    |The\ number\ {PATH.replace(" ", chr(92) + " ")}\ (?:is\ not\ a\ JSON\ number
        |is\ too\ large\ for\ a\ JSON\ number|has\ more\ than\ 640\ digits)\.
    |The\ object\ {PATH.replace(" ", chr(92) + " ")}\ holds\ a\ name\ twice\.""",
    re.VERBOSE,
)

SAMPLE = samples.body(samples.assignment_deleted())
JSONISH = st.text(st.sampled_from('{}[]":,\\u dD8aeE+-.019ntfNIy\n')).map(str.encode)


def outcome(raw: bytes) -> dict[str, object] | UnreadableBody:
    """Parse, and return the dict or the error."""
    try:
        return parse_body(raw)
    except UnreadableBody as error:
        return error


@given(st.one_of(st.binary(), JSONISH))
@example(b'{"secret":1e999}')
@example(b'[{"ada@example.test":[{"a":1,"a":2}]}]')
def test_any_bytes_give_a_dict_or_a_sentence_of_ours(raw: bytes) -> None:
    """Whatever arrives is a dict or refused, in words that are known beforehand."""
    found = outcome(raw)
    assert isinstance(found, dict) or SENTENCES.fullmatch(str(found))


@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_damaged_body_is_never_quoted(at: int, instead: bytes, dropped: int) -> None:
    """Wherever a body is damaged, neither the message nor the errors behind it hold the body."""
    found = outcome(SAMPLE[:at] + instead + SAMPLE[at + dropped :])
    if isinstance(found, UnreadableBody):
        assert SENTENCES.fullmatch(str(found))
        assert found.__context__ is None
        assert found.__cause__ is None


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**30), 10**30)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_reads_what_json_reads(value: object) -> None:
    """On valid JSON the result is that of Python's own decoder, and so is its writing."""
    raw = samples.body({"value": value})
    assert parse_body(raw) == json.loads(raw)
    assert samples.body(parse_body(raw)) == raw


@pytest.mark.parametrize("raw", [b"\xff", b"{", b"[]", b'{"a":NaN}', b"[" * 500])
def test_an_error_survives_pickling(raw: bytes) -> None:
    """The error keeps reason and message when a worker hands it to another process."""
    error = outcome(raw)
    assert isinstance(error, UnreadableBody)
    again = pickle.loads(pickle.dumps(error))
    assert (again.reason, str(again)) == (error.reason, str(error))


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

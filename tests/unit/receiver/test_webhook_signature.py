import hmac
import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.signature import matching_secret, without_blanks


NEW, OLD = b"whsec-new-made-up-0001", b"whsec-old-made-up-0002"
BODY = b'{"a": "b c",\n "d": [1, 2]}'
COMPACT = b'{"a":"b c","d":[1,2]}'

MIB = 1 << 20

json_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def signed(body: bytes, secret: bytes = NEW) -> str:
    """Sign as Voucherify does."""
    return hmac.new(secret, body, "sha256").hexdigest()


@pytest.mark.parametrize("body", [b"", b"{}", BODY, b"\xff\xfe no JSON", b'"never ends'])
def test_the_body_as_it_came_is_verified(body: bytes) -> None:
    """A signature over the raw bytes is right, whatever the bytes are."""
    assert matching_secret(body, signed(body), [NEW]) == 0


def test_the_body_without_blanks_is_verified() -> None:
    """A signature over the compact form is right for the body with blanks."""
    assert matching_secret(BODY, signed(COMPACT), [NEW]) == 0


def test_blanks_are_only_ever_dropped() -> None:
    """A signature over a form with blanks does not verify the compact body."""
    assert matching_secret(COMPACT, signed(BODY), [NEW]) is None


@pytest.mark.parametrize(("secret", "position"), [(NEW, 0), (OLD, 1), (b"nobody's", None)])
@pytest.mark.parametrize("text", [BODY, COMPACT])
def test_the_position_of_the_secret_is_reported(
    secret: bytes, position: int | None, text: bytes
) -> None:
    """While secrets rotate, each is tried and the one that fits is named."""
    assert matching_secret(BODY, signed(text, secret), [NEW, OLD]) == position


def test_the_hex_may_be_in_capitals() -> None:
    """Capital hex digits are the same digest."""
    assert matching_secret(BODY, signed(BODY).upper(), [NEW]) == 0


RIGHT = signed(BODY)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        RIGHT[:-1],
        RIGHT + "0",
        RIGHT[:-2],
        RIGHT + "\n",
        "sha256=" + RIGHT,
        "z" * 64,
        "\u0660" * 64,
        "é" * 64,
        f"{RIGHT};{RIGHT}",
        f"{RIGHT} {RIGHT}",
        f"{RIGHT[:32]},{RIGHT[32:]}",
        ",",
        "," * 9999,
        signed(b"another body"),
        f"{signed(b'another body')}, {signed(BODY, b'nobody')}",
    ],
)
def test_any_other_header_is_refused(header: str | None) -> None:
    """A missing, short, long, decorated, non-hex or foreign signature verifies nothing."""
    assert matching_secret(BODY, header, [NEW]) is None


FOREIGN = signed(b"another body")


@pytest.mark.parametrize(
    "header",
    [
        f" {RIGHT}\t",
        f"{RIGHT}, {RIGHT}",
        f"{RIGHT},{RIGHT},{RIGHT}",
        f"{FOREIGN}, {RIGHT}",
        f"{RIGHT},{FOREIGN}",
        f"{RIGHT}, nonsense,",
        f", {RIGHT}",
    ],
)
@pytest.mark.parametrize("text", [BODY, COMPACT])
def test_one_of_several_signatures_suffices(header: str, text: bytes) -> None:
    """A header that came in several lines is verified if one of them is right."""
    header = header.replace(RIGHT, signed(text, OLD))

    assert matching_secret(BODY, header, [NEW, OLD]) == 1


def test_no_secret_verifies_nothing() -> None:
    """Without secrets no signature is right, not even the one of an empty secret."""
    assert matching_secret(BODY, signed(BODY, b""), []) is None


@pytest.mark.parametrize(
    ("body", "compact"),
    [
        (b' { "a b" : " c  d\t" } ', b'{"a b":" c  d\t"}'),
        (rb'{"a": "\" b \" ", "c": 1}', rb'{"a":"\" b \" ","c":1}'),
        (rb'{"a": "\\", "b": 1}', rb'{"a":"\\","b":1}'),
        (rb'{"a": "\\\" x", "b": 1}', rb'{"a":"\\\" x","b":1}'),
        (b'[1, "never  ends ', b'[1,"never  ends '),
        (b'[1, "ends in \\', b'[1,"ends in \\'),
        (b'[1, "\\\n x", 2]', b'[1,"\\\n x",2]'),
        (b"\r\n\t [ ]", b"[]"),
        (b"\x0b\x0c\xc2\xa0\xe2\x80\xa8 1", b"\x0b\x0c\xc2\xa0\xe2\x80\xa81"),
        # No UTF-8, so not what Voucherify signs: it stays as it is.
        (b'\xff "\xff \xfe" \xfe', b'\xff "\xff \xfe" \xfe'),
        (b"", b""),
    ],
)
def test_only_json_blanks_outside_strings_go(body: bytes, compact: bytes) -> None:
    """Strings keep every byte; the four blanks of JSON go elsewhere, other spaces stay."""
    assert without_blanks(body) == compact


@given(json_documents, st.sampled_from([1, 4, "\t", " \t "]), st.booleans())
def test_any_pretty_printed_document_is_verified(
    document: object, indent: int | str, ascii_only: bool
) -> None:
    """However a document is laid out, its compact form's signature verifies it."""
    compact = json.dumps(document, separators=(",", ":"), ensure_ascii=ascii_only)
    pretty = json.dumps(document, indent=indent, ensure_ascii=ascii_only)

    signature = signed(compact.encode(errors="surrogatepass"))

    assert matching_secret(pretty.encode(errors="surrogatepass"), signature, [OLD, NEW]) == 1


@given(json_documents, st.data())
def test_one_changed_byte_of_the_body_is_refused(document: object, data: st.DataObject) -> None:
    """No byte of a signed compact body can be changed."""
    body = bytearray(json.dumps(document, separators=(",", ":")).encode())
    signature = signed(bytes(body))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))

    assert matching_secret(bytes(body), signature, [NEW]) is None


@given(st.integers(0, 63), st.sampled_from("0123456789abcdefg\x00 "))
def test_one_changed_character_of_the_signature_is_refused(place: int, other: str) -> None:
    """No character of a signature can be changed."""
    changed = RIGHT[:place] + other + RIGHT[place + 1 :]

    assert (matching_secret(BODY, changed, [NEW]) == 0) == (changed == RIGHT)


@given(st.binary(max_size=80))
def test_removing_blanks_twice_changes_nothing_more(body: bytes) -> None:
    """The compact form of any bytes is its own compact form and drops nothing but blanks."""
    once = without_blanks(body)

    assert without_blanks(once) == once
    assert once.translate(None, b" \t\r\n") == body.translate(None, b" \t\r\n")


@pytest.mark.parametrize("unit", [b'"', b'"\\', b'\\"', b" ", b"\\", b"1 ", b'" '])
def test_hostile_bodies_cost_no_more_than_their_length(unit: bytes) -> None:
    """No body takes more than linear time: twice the bytes, about twice the time."""
    half, whole = (_seconds((unit * size)[:size]) for size in (MIB // 2, MIB))

    assert whole < 5
    # Quadratic work would be 4 times as long; short times are noise.
    assert whole < 3.2 * half + 0.05


def test_a_string_of_escapes_that_never_ends_is_read_once() -> None:
    """One open string of 1 MiB of escapes is passed over in one go."""
    assert _seconds(b'"' + b'\\"' * (MIB // 2)) < 5


def _seconds(body: bytes) -> float:
    took = []
    for _ in range(3):
        start = process_time()
        without_blanks(body)
        took.append(process_time() - start)
    return min(took)

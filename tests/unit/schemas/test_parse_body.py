import threading

import pytest

from schemas import Reason, UnreadableBody, load_envelope, load_event, parse_body
from schemas.read.json_text import MAX_DEPTH
from tests import samples


def refused(raw: bytes) -> UnreadableBody:
    """Parse what must be refused, and return the error."""
    with pytest.raises(UnreadableBody) as caught:
        parse_body(raw)
    return caught.value


def test_reads_an_object() -> None:
    """A JSON object in UTF-8 becomes a dict, with numbers and text as JSON means them."""
    assert parse_body('{"a":[1,-2.5,1e3,true,null,"ü\\n\\u00e9 😀"]}'.encode()) == {
        "a": [1, -2.5, 1000.0, True, None, "ü\né 😀"]
    }


def test_a_byte_order_mark_at_the_start_is_passed_over() -> None:
    """RFC 8259, 8.1: parsers may ignore it. What stands behind it is read as without it."""
    assert parse_body(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "reason", "message"),
    [
        (b'{"a":"\xff"}', "not_utf8", "The body is not UTF-8: the byte at offset 6 cannot be"),
        (b'{"a":"\xed\xa0\xbd"}', "not_utf8", "the byte at offset 6 cannot"),
        (b'{"a":"\xc3', "not_utf8", "the byte at offset 6 cannot"),
        (b"\xff\xfe{\x00}\x00", "not_utf8", "The body is not UTF-8: it begins as UTF-16 does."),
        ('{"a":1}'.encode("utf-16-be"), "not_utf8", "it begins as UTF-16 does."),
        ('{"a":1}'.encode("utf-16-le"), "not_utf8", "it begins as UTF-16 does."),
        ('{"a":1}'.encode("utf-32"), "not_utf8", "it begins as UTF-32 does."),
        ('{"a":1}'.encode("utf-32-be"), "not_utf8", "it begins as UTF-32 does."),
        (b'\xef\xbb\xbf{"a":"\xff"}', "not_utf8", "the byte at offset 9 cannot"),
        (b"", "not_json", "The body is not JSON: it is empty."),
        (b" \r\n", "not_json", "The body is not JSON: it is empty."),
        (b"\xef\xbb\xbf", "not_json", "The body is not JSON: it is empty."),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "not_json", "cannot be read at line 1, column 1."),
        (b" \xef\xbb\xbf{}", "not_json", "cannot be read at line 1, column 2."),
        (b"{}\xef\xbb\xbf", "not_json", "more follows its end at line 1, column 3."),
        (b"{}\0\0", "not_json", "more follows its end at line 1, column 3."),
        (b'{"a":"\0"}', "not_json", "cannot be read at line 1, column 7."),
        (b'{"a":1,}', "not_json", "cannot be read at line 1, column "),
        (b'{"a":\n  secret}', "not_json", "cannot be read at line 2, column 3."),
        (b'{"a":1} {"b":2}', "not_json", "more follows its end at line 1, column 9."),
        (b'{"a":"cut', "not_json", "cannot be read at line 1, column 6."),
        (b'{"a":"\t"}', "not_json", "cannot be read at line 1, column 7."),
        (b'{"a":01}', "not_json", "cannot be read at line 1, column 7."),
        (b"{'a':1}", "not_json", "cannot be read at line 1, column 2."),
        (b'{"customer":NaN}', "not_json", "The number at customer is not a JSON number."),
        (b'{"data":[0,Infinity]}', "not_json", "The number at data[1] is not a JSON number."),
        (b"-Infinity", "not_json", "The number at the top is not a JSON number."),
        (b'{"id":1e999}', "not_json", "The number at id is too large for a JSON number."),
        (b'{"id":-1e999}', "not_json", "The number at id is too large for a JSON number."),
        (b'{"id":' + b"7" * 5000 + b"}", "number_too_long", "The number at id has more than 640"),
        (b"[]", "not_an_object", "The body is JSON, but not an object."),
        (b"null", "not_an_object", "The body is JSON, but not an object."),
        (b'"{}"', "not_an_object", "The body is JSON, but not an object."),
    ],
)
def test_refuses_with_a_reason_and_a_place(raw: bytes, reason: str, message: str) -> None:
    """What is not a JSON object in UTF-8 is refused, with a slug and where it went wrong."""
    error = refused(raw)
    assert error.reason == reason
    assert message in str(error)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":', b'{"\\"":['])
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 100_000])
def test_refuses_deep_nesting(opening: bytes, levels: int) -> None:
    """Nesting beyond the limit is refused before the decoder's recursion meets it."""
    error = refused(b'{"data":' + opening * levels)
    assert error.reason is Reason.TOO_DEEP
    assert f"more than {MAX_DEPTH} levels deep at line 1, column" in str(error)


def test_names_where_the_nesting_goes_too_deep() -> None:
    """The place given is the bracket that opens one level too many."""
    error = refused(b'{\n"[[": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}")
    assert str(error).endswith(f"at line 2, column {6 + MAX_DEPTH}.")


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}",
        '{"a":[' + "[]," * 5000 + "[]]}",
        '{"a":[' + "{}," * 5000 + "{}]}",
        '{"a":"' + "[{" * 5000 + '"}',
        '{"a":"\\"' + "[{" * 5000 + '"}',
        '{"a":"\\\\","b":[' + '"\\\\\\"[",' * 5000 + "0]}",
    ],
    ids=[
        "at the limit",
        "wide lists",
        "wide objects",
        "in a string",
        "after an escaped quote",
        "many escapes",
    ],
)
def test_wide_is_not_deep(text: str) -> None:
    """Brackets side by side or inside strings do not count as nesting."""
    assert "a" in parse_body(text.encode())


def test_refuses_deep_nesting_in_a_thread_with_a_small_stack() -> None:
    """A worker's thread survives a deep body as well as the main thread does."""
    found: list[UnreadableBody] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(refused(b"[" * 100_000)))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert [error.reason for error in found] == [Reason.TOO_DEEP]


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_the_decoder_gives_up_as_we_do(monkeypatch: pytest.MonkeyPatch, opening: bytes) -> None:
    """Where the stack ends before our own limit, the body is refused for the same reason."""
    monkeypatch.setattr("schemas.read.json_text.MAX_DEPTH", 10**6)
    error = refused(opening * 100_000)
    assert error.reason is Reason.TOO_DEEP
    assert error.__context__ is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id":1,"id":2}', "The object at the top holds a name twice."),
        ('{"id":1,"\\u0069d":2}', "The object at the top holds a name twice."),
        ('{"data":{"voucher":{"id":1,"id":1}}}', "The object at data.voucher holds a name twice."),
        ('{"data":[0,{"id":1,"id":1}]}', "The object at data[1] holds a name twice."),
        (
            '{"data":{"ada@example.test":{"note":1,"note":2}}}',
            "The object at data.? holds a name twice.",
        ),
        (
            '{"data":{"id":{"name":1,"name":2}},"data":3}',
            "The object at the top holds a name twice.",
        ),
        (
            '{"holder":{"type":1,"type":2},"voucher":NaN}',
            "The object at holder holds a name twice.",
        ),
    ],
)
def test_refuses_a_name_that_stands_twice(text: str, message: str) -> None:
    """A repeated name is refused with the path of its object, in declared names only."""
    error = refused(text.encode())
    assert str(error) == message
    assert error.reason is Reason.DUPLICATE_KEY


MIB = 1 << 20


def beside(text: str) -> bytes:
    """Our sample with a huge list of categories in its voucher."""
    document = samples.assignment_deleted()
    document["data"]["voucher"]["categories"] = "HERE"
    return samples.body(document).replace(b'"HERE"', text.encode())


HOSTILE = {
    "a string of escaped quotes without an end": b'{"a":"' + b'\\"' * (MIB // 2),
    "the same after many brackets": b'{"a":[' + b"[]," * 99 + b'"' + b'\\"' * (MIB // 2) + b"\\",
    "escapes beside a lone surrogate": b'{"a":"\\ud83d' + b"\\n" * (MIB // 2) + b'"}',
    "nothing but lone surrogates": b'{"a":"' + b"\\ud83d" * (MIB // 6) + b'"}',
    "brackets in and out of strings": b'"[' * (MIB // 2),
    "lists side by side": b'{"a":[' + b"[]," * (MIB // 3) + b"[]]}",
    "open brackets": b"[" * MIB,
    "one name again and again": b"{" + b'"a":1,' * (MIB // 6) + b'"a":1}',
    "objects that repeat a name": b'{"a":[' + b'{"a":1,"a":1},' * (MIB // 14) + b"1]}",
    "digits": b'{"a":' + b"1" * MIB + b"}",
    "digits after the point": b'{"a":0.' + b"1" * MIB + b"}",
    "integers at the limit": b'{"a":[' + (b"9" * 640 + b",") * (MIB // 641) + b"1]}",
    "not a number": b"[" + b"NaN," * (MIB // 4) + b"1]",
    "line ends": b"\n" * MIB,
    "items of the wrong type": beside("[" + "1," * (MIB // 2) + "1]"),
    "items with an unreadable field": beside("[" + '{"id":1},' * (MIB // 9) + "{}]"),
    "a number in a long string": beside('[{"hierarchy":"' + "1" * MIB + '"}]'),
    "a timestamp in a long string": beside('[{"created_at":"' + " " * MIB + '"}]'),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_mebibyte_of_anything_is_read_or_refused(raw: bytes) -> None:
    """
    A body of the greatest size is read or refused without work that grows faster.

    Each takes well under a second; quadratic work on a million characters would take
    hours and meet the time limit.
    """
    assert says_little(raw)


def says_little(raw: bytes) -> bool:
    """Take a body through all three steps: few words are said about whatever is wrong."""
    try:
        event = load_event(load_envelope(parse_body(raw)))
    except UnreadableBody as error:
        return len(str(error)) < 200
    return event is not None and len(event.unreadable) == 1

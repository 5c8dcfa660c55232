import pytest

from schemas import UnreadableBody, load_envelope, load_event, parse_body
from tests import samples


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
def test_a_mebibyte_of_anything_is_settled(raw: bytes) -> None:
    """
    A body of the greatest size is read or refused without work that grows faster.

    Each takes well under a second; quadratic work on a million characters would take
    hours and meet the time limit.
    """
    assert settled(raw)


def settled(raw: bytes) -> bool:
    """Take a body through all three steps: few words are said about whatever is wrong."""
    try:
        event = load_event(load_envelope(parse_body(raw)))
    except UnreadableBody as error:
        return len(str(error)) < 200
    return event is not None and len(event.unreadable) == 1

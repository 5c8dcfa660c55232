import json
from codecs import BOM_UTF8
from typing import Any

from schemas.catalogue import declared_names
from schemas.errors import Reason, Step, UnreadableBody, spell
from schemas.read.json_marks import Mark, Marker, first_mark
from schemas.read.json_text import MAX_DEPTH, too_deep_at, without_lone_surrogates


def parse_body(raw: bytes) -> dict[str, Any]:
    """
    Decode the bytes of a webhook: strict UTF-8, strict JSON, an object at the top.

    A byte order mark at the start is passed over (RFC 8259, 8.1: parsers may), for a proxy or a
    script that sends a webhook again may have put it there.

    Raises `UnreadableBody`. Takes time in proportion to the size, whatever the shape.
    """
    text = _decoded(raw)
    _refuse_depth(text)
    marker = Marker()
    document = _parsed(without_lone_surrogates(text), marker)
    if marker.marks:
        _refuse_mark(document)
    if not isinstance(document, dict):
        raise UnreadableBody(Reason.NOT_AN_OBJECT, "The body is JSON, but not an object.")
    return document


def _decoded(raw: bytes) -> str:
    start = len(BOM_UTF8) if raw.startswith(BOM_UTF8) else 0
    encoding = json.detect_encoding(raw).upper().removesuffix("-SIG")
    if encoding != "UTF-8":
        raise UnreadableBody(
            Reason.NOT_UTF8, f"The body is not UTF-8: it begins as {encoding[:6]} does."
        )
    try:
        return raw[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = start + error.start
    raise UnreadableBody(
        Reason.NOT_UTF8, f"The body is not UTF-8: the byte at offset {offset} cannot be decoded."
    )


def _refuse_depth(text: str) -> None:
    position = too_deep_at(text)
    if position is not None:
        line = text.count("\n", 0, position) + 1
        column = position - text.rfind("\n", 0, position)
        raise UnreadableBody(
            Reason.TOO_DEEP,
            f"The body is nested more than {MAX_DEPTH} levels deep at line {line}, "
            f"column {column}.",
        )


def _parsed(text: str, marker: Marker) -> Any:
    try:
        return json.loads(
            text,
            parse_constant=marker.constant,
            parse_float=marker.real,
            parse_int=marker.integer,
            object_pairs_hook=marker.members,
        )
    except json.JSONDecodeError as error:
        problem = UnreadableBody(Reason.NOT_JSON, f"The body is not JSON: {_fault(error)}.")
    except RecursionError:
        # The depth is limited already, so only a caller near the end of its own stack
        # gets here.
        problem = UnreadableBody(Reason.TOO_DEEP, "The body is nested too deeply to be read here.")
    raise problem


def _fault(error: json.JSONDecodeError) -> str:
    # The decoder's message is only compared: some of them quote the text.
    if not error.doc.strip(" \t\r\n"):
        return "it is empty"
    what = "more follows its end" if error.msg == "Extra data" else "it cannot be read"
    return f"{what} at line {error.lineno}, column {error.colno}"


def _refuse_mark(document: object) -> None:
    found = first_mark(document, declared_names())
    if found:
        mark, steps = found
        raise UnreadableBody(mark.reason, f"{_subject(mark, steps)} {mark.what}.")


def _subject(mark: Mark, steps: list[Step]) -> str:
    kind = "object" if mark.reason is Reason.DUPLICATE_KEY else "number"
    return f"The {kind} at {spell(steps)}" if steps else f"The {kind} at the top"

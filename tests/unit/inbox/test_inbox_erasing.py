"""What remains of a body when its customer is erased."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inbox.privacy.redaction import NOTHING, concerns, customers_in, is_customer_id, redacted
from schemas.catalogue import declared_names
from tests import samples


#: Names under which no decision needs anything, and someone may have written anything.
PERSONAL_NAMES = [
    "name", "email", "source_id", "metadata", "system_metadata", "code", "description",
    "campaign", "address", "line_1", "phone", "birthdate", "summary", "loyalty", "referrals",
    "category", "target_url", "prefix", "pattern", "charset", "amount_formula",
]  # fmt: skip
#: No form that is kept has room for these.
SECRETS = (
    *samples.PERSONAL[:2],
    samples.PERSONAL[3],
    "ada@q.test",
    "Ada Quill 1979",
    "+49 (0)170 1234567",
    "Zoë",
)

SECRET = st.sampled_from(SECRETS)
NAMES = st.sampled_from([*sorted(declared_names()), *PERSONAL_NAMES]) | st.text(max_size=4)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), FLOATS, st.text())
JSON = st.recursive(
    SCALARS | SECRET,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
CONTAINERS = ["data", "event", "holder", "voucher", "campaign", "customer", "categories", "source"]


def texts(value: Any) -> Iterator[str]:
    """List every name and every string of a document."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(
    "document",
    [samples.assignment_deleted(), samples.assignment_created(), samples.customer_deleted()],
    ids=["deleted", "created", "customer"],
)
def test_nothing_personal_of_a_sample_remains(document: dict[str, Any]) -> None:
    """Names, addresses, free text and codes go; the ids stay."""
    rest = redacted(samples.body(document)).decode()

    for gone in (
        *samples.PERSONAL,
        "TEA-0001",
        "Bring a friend",
        "Kettle Lane",
        "1979",
        "/webhooks",
    ):
        assert gone not in rest
    assert json.loads(rest)["event"]["entity_id"] == "cust_adaQuill000001"


@given(JSON)
@example({"data": [{"metadata": {"id": "ada@q.test"}}]})
def test_whatever_the_shape_only_known_names_and_forms_remain(document: Any) -> None:
    """No name that a schema does not declare and no text with room for a person's survives."""
    rest = json.loads(redacted(json.dumps(document).encode()))

    assert isinstance(rest, dict)
    for text in texts(rest):
        assert text not in SECRETS
        assert re.fullmatch(r"[A-Za-z0-9_.:,+\-\s?]*", text), text
    assert names_of(rest) <= declared_names() - (set(PERSONAL_NAMES) - {"campaign"})


@given(
    st.lists(st.sampled_from(CONTAINERS), max_size=8),
    st.sampled_from(PERSONAL_NAMES),
    SECRET | st.just(samples.PERSONAL[2]),
    JSON,
)
def test_a_personal_value_is_gone_from_any_depth(
    way: list[str], name: str, secret: str, beside: Any
) -> None:
    """Under a personal name nothing remains, however deep it stands and whatever is beside it."""
    document: Any = {name: secret, "id": "cust_1", "beside": beside, "units": [{name: [secret]}]}
    for step in way:
        document = {step: document}

    rest = redacted(json.dumps(document, ensure_ascii=False).encode())

    assert secret not in set(texts(json.loads(rest)))
    assert b"cust_1" in rest


def names_of(value: Any) -> set[str]:
    """List every name of a document."""
    if isinstance(value, dict):
        return set(value).union(*(names_of(item) for item in value.values()))
    return set().union(*(names_of(item) for item in value)) if isinstance(value, list) else set()


@given(JSON)
def test_erasing_twice_is_erasing_once(document: Any) -> None:
    """What remains of what remains is the same."""
    once = redacted(json.dumps(document).encode())

    assert redacted(once) == once


@given(st.binary())
def test_any_bytes_are_reduced(body: bytes) -> None:
    """Nothing that was accepted can stop its erasing."""
    assert isinstance(json.loads(redacted(body)), dict)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Ada Quill",
        b'"Ada Quill"',
        b"[1]",
        b'{"id":"cust_1"',
        b'{"id":"cust_1","a":"\xff"}',
        b'\xef\xbb\xbf\xef\xbb\xbf{"id":"cust_1"}',
        '{"id":"cust_1"}'.encode("utf-16"),
        b'{"id":"cust_1","id":"cust_2"}',
        b'{"data":{"x":{"a":1,"a":2}},"id":"cust_1"}',
        b'{"amount":NaN}',
        b'{"amount":1e999}',
        b'{"amount":-Infinity}',
        b'{"amount":' + b"7" * 641 + b"}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"data":' * 50_000 + b"{}" + b"}" * 50_000,
    ],
)
def test_what_cannot_be_read_for_certain_leaves_nothing(body: bytes) -> None:
    """A body that processing refuses does not become acceptable by being erased."""
    assert redacted(body) == NOTHING


def test_a_byte_order_mark_hides_nothing() -> None:
    """What is read with a byte order mark in front is found and reduced with it, too."""
    body = b'{"id":"cust_1","name":"Ada Quill"}'

    assert redacted(b"\xef\xbb\xbf" + body) == redacted(body) != NOTHING
    assert customers_in(b"\xef\xbb\xbf" + body) == ["cust_1"]


@pytest.mark.parametrize("odd", ["Ada Quill", "ada@q.test", "a/b", "x" * 129, "é", "cust_1 "])
def test_an_odd_id_leaves_nothing(odd: str) -> None:
    """A decision about someone cannot fall back on another id that is there."""
    document = samples.assignment_deleted()
    document["data"]["voucher"]["referrer_id"] = odd

    assert redacted(samples.body(document)) == NOTHING


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (samples.body(samples.assignment_deleted(customer_id="cust_1")), True),
        (samples.body(samples.customer_deleted(customer_id="cust_1")), True),
        (samples.body(samples.assignment_deleted(referrer_id="cust_1")), False),
        (samples.body(samples.assignment_deleted(customer_id="cust_12")), False),
        (samples.body(samples.assignment_deleted(customer_id="a_cust_1")), False),
        (b'{"note":["asked for by cust_1, today"]}', True),
        (b'{"cust_1":1}', True),
        (b'{"id":"cust_1"', True),
        (b'{"id":"cust_1x"', False),
        (b"\xff cust_1", True),
        (b'{"referrer_id":"cust_1"}', False),
        (b'{"referrer_id":"cust_1","id":"cust_1"}', True),
        (b"", False),
    ],
)
def test_which_customers_a_body_is_about(body: bytes, about: bool) -> None:
    """A whole id anywhere counts, unless it only names the owner of the used code."""
    assert concerns(body, "cust_1") is about
    assert ("cust_1" in customers_in(body)) is about


@pytest.mark.parametrize(
    ("text", "right"),
    [("cust_7Lv-Q", True), ("1", True), ("", False), ("ada@q.test", False), ("a b", False),
     ("x" * 129, False), ("cust_1\n", False), ("é", False)],
)  # fmt: skip
def test_the_form_of_an_id(text: str, right: bool) -> None:
    """Only what can be no address and no name of two words may stand in keys and records."""
    assert is_customer_id(text) is right

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.message import LONGEST, TRACE_HEADERS, as_we_write_it
from tests.integration.worker.foreign import damaged, of_no_one, written


JOB = "a" * 32 + ":notify_crm"
PARENT = "a" * 32 + ":process:3"
FOREIGN = of_no_one()


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_none_of_ours_is_nothing(name: str) -> None:
    """Whatever cannot be a message of ours is refused, and no error passes."""
    assert as_we_write_it(FOREIGN[name], "deliveries") is None


@pytest.mark.parametrize("name", damaged(JOB, Path("/nowhere")))
def test_only_ids_are_taken_from_a_message(name: str) -> None:
    """A message that is wrong in all else comes out as the one that we write."""
    raw = damaged(JOB, Path("/nowhere"))[name]

    assert as_we_write_it(raw, "crm") == as_we_write_it(written(JOB), "crm")


MESSAGES = {
    f"{JOB}:1": PARENT[:-1] + "1",
    f'{JOB}:1 {{"parent_id":"{PARENT}"}}': PARENT,
    f"{JOB}:8": f"{JOB}:7",
    f'{JOB}:8 {{"parent_id":"none of ours"}}': f"{JOB}:7",
    PARENT[:-1] + "1": None,
    PARENT: PARENT[:-1] + "2",
}


@pytest.mark.parametrize("short", MESSAGES)
def test_a_queue_message_comes_out_as_the_whole_message_that_it_stands_for(short: str) -> None:
    """A short message and the whole message with the same ids are one to Celery."""
    task = short.partition(" ")[0]
    whole = written(task.rpartition(":")[0], headers__id=task, headers__parent_id=MESSAGES[short])

    assert as_we_write_it(short.encode(), "crm") == as_we_write_it(whole, "crm")


def test_what_was_made_and_given_back_is_taken_again_as_it_is() -> None:
    """What kombu puts back are whole messages, with blanks between and a field of its own."""
    short = f'{JOB}:1 {{"parent_id":"{PARENT}","sentry-trace":"a-1","baggage":"%s"}}'.encode()
    made = as_we_write_it(short, "100%") or b""
    back = json.loads(made)
    back["headers"]["redelivered"] = True
    back["properties"]["delivery_info"]["redelivered"] = True

    assert as_we_write_it(json.dumps(back).encode(), "100%") == made


def test_only_headers_of_ours_are_taken_from_a_queue_message() -> None:
    """Whatever else stands in its object is not acted upon."""
    short = f'{JOB}:1 {{"eta":"9999-12-31T23:59:59","task":"shop.send_mail","baggage":5}}'.encode()

    assert as_we_write_it(short, "crm") == as_we_write_it(f"{JOB}:1".encode(), "crm")


def test_ids_queue_and_trace_are_kept() -> None:
    """Who created a job, and the trace it belongs to, continue to the worker."""
    raw = written(
        JOB,
        headers__id=f"{JOB}:7",
        headers__parent_id=PARENT,
        **{f"headers__{name}": f"of {name}" for name in TRACE_HEADERS},
    )

    found = json.loads(as_we_write_it(raw, "crm") or b"")

    headers, properties = found["headers"], found["properties"]
    assert (headers["id"], headers["root_id"], headers["parent_id"]) == (
        f"{JOB}:7",
        f"{JOB}:1",
        PARENT,
    )
    assert {name: headers[name] for name in TRACE_HEADERS} == {
        name: f"of {name}" for name in TRACE_HEADERS
    }
    assert properties["delivery_tag"] == properties["correlation_id"] == f"{JOB}:7"
    assert properties["delivery_info"]["routing_key"] == "crm"


@pytest.mark.parametrize("trace", [{"a": 1}, 5, ["x"], None])
def test_a_trace_header_that_is_no_text_is_left_out(trace: object) -> None:
    """The rest of the message stands."""
    raw = written(JOB, **{"headers__sentry-trace": trace, "headers__parent_id": trace})

    assert as_we_write_it(raw, "crm") == as_we_write_it(written(JOB), "crm")


def test_a_message_may_be_long_to_a_limit() -> None:
    """What is longer than any of ours is not even parsed."""
    raw = written(JOB)

    assert as_we_write_it(raw + b" " * (LONGEST - len(raw)), "crm")
    assert as_we_write_it(raw + b" " * (LONGEST - len(raw) + 1), "crm") is None


@given(raw=st.binary(max_size=200))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    """Anything at all is judged without an error."""
    assert as_we_write_it(raw, "deliveries") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(rest=st.text(max_size=40) | JSON.map(json.dumps))
def test_nothing_behind_a_queue_messages_id_makes_it_fail(rest: str) -> None:
    """What follows the id is read as JSON, and is an object or the message is none of ours."""
    found = as_we_write_it(f"{JOB}:1 {rest}".encode(), "crm")

    try:
        is_object = isinstance(json.loads(rest), dict)
    except ValueError:
        is_object = False
    assert (found is not None) == is_object


@settings(max_examples=40)
@given(field=st.sampled_from(["headers", "properties", "body", "content_type"]), value=JSON)
def test_no_value_of_a_field_makes_it_fail(field: str, value: object) -> None:
    """Each field may be anything; only the headers matter."""
    found = as_we_write_it(written(JOB, **{field: value}), "crm")

    assert (found is None) == (field == "headers")

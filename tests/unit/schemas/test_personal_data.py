from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from schemas import Customer, UnreadableBody, Voucher, load_envelope, load_event, parse_body
from tests import samples


def test_an_event_does_not_show_who_it_is_about() -> None:
    """What is printed of an event or an envelope holds no personal data."""
    envelope = load_envelope(samples.assignment_deleted())
    shown = f"{envelope} {load_event(envelope)!r}"
    assert "rh_7c210000000001" in shown
    for personal in (*samples.PERSONAL, "TEA-0001", "/webhooks/voucherify"):
        assert personal not in shown


def parts(value: Any) -> Iterator[Any]:
    """List every dataclass inside of one."""
    if is_dataclass(value):
        yield value
        for field in fields(value):
            yield from parts(getattr(value, field.name))


def test_no_metadata_is_ever_shown() -> None:
    """Every field named metadata is kept out of what is printed."""
    event = load_event(load_envelope(samples.assignment_deleted()))
    hidden = [
        field.repr for part in parts(event) for field in fields(part) if field.name == "metadata"
    ]
    assert hidden == [False, False, False]


@pytest.mark.parametrize("name", ["name", "email", "source_id", "metadata"])
def test_a_customer_shows_an_id_at_most(name: str) -> None:
    """A customer is told apart by id alone."""
    known: dict[str, Any] = {"id": "cust_1", name: "Ada Quill"}
    assert repr(Customer(**known)) == "Customer(id='cust_1', object=None)"


def test_a_code_is_not_shown() -> None:
    """Whoever knows a code can redeem it, so it is not printed."""
    assert "TEA-0001" not in repr(Voucher(code="TEA-0001"))


def test_a_refused_event_does_not_quote_the_body() -> None:
    """Personal data in the place of a strict field stays out of the error."""
    document = samples.assignment_deleted()
    document["data"]["holder"] |= {"id": ["Ada Quill"], "holder_role": {"ada.quill@example": 1}}
    document["event"]["created_at"] = "Ada Quill"
    for step in (parse_then_load, load_data):
        with pytest.raises(UnreadableBody) as caught:
            step(document)
        assert "uill" not in f"{caught.value!r} {caught.value.__context__!r}"


def parse_then_load(document: dict[str, Any]) -> None:
    """Fail at the envelope."""
    load_envelope(parse_body(samples.body(document)))


def load_data(document: dict[str, Any]) -> None:
    """Fail at the event."""
    event = document["event"] | {"created_at": "2025-01-01T00:00:00Z"}
    load_event(load_envelope(document | {"event": event}))


def test_unreadable_fields_are_named_without_their_values() -> None:
    """The list of unreadable fields says where, never what."""
    document = samples.assignment_deleted()
    document["data"]["customer"] |= {"name": ["Ada Quill"], "metadata": "Ada Quill"}
    document["data"]["voucher"]["gift"] = {"amount": "Ada Quill", "Ada Quill": 1}
    event = load_event(load_envelope(document))
    assert event is not None
    assert event.unreadable == (
        "data.voucher.gift.amount",
        "data.customer.name",
        "data.customer.metadata",
    )

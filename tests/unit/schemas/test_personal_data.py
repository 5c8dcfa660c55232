from dataclasses import fields
from typing import Any

import pytest

from schemas import UnreadableBody, load_envelope, load_event, parse_body
from schemas.fields import FreeObject
from tests import samples
from tests.unit.schemas.test_schema_structure import EVERY


#: Fields that are never printed, whatever part they stand in.
NEVER_SHOWN = {
    "address", "birthdate", "city", "code", "cockpit_url", "country", "email", "failure_message",
    "image_url", "line_1", "line_2", "metadata", "phone", "postal_code", "reason", "source_id",
    "state", "subject", "system_metadata", "target_url", "tracking_id", "url",
}  # fmt: skip

#: How far a reward is, and a shop's number of a product.
SHOWN_ALL_THE_SAME = {"RewardRedemption": {"state"}, "UnitItem": {"source_id"}}


def test_an_event_does_not_show_who_it_is_about() -> None:
    """What is printed of an event or an envelope holds no personal data."""
    envelope = load_envelope(samples.assignment_deleted())
    shown = f"{envelope} {load_event(envelope)!r}"
    assert "rh_7c210000000001" in shown
    for personal in (*samples.PERSONAL, "TEA-0001", "/webhooks/voucherify"):
        assert personal not in shown


@pytest.mark.parametrize("made", EVERY, ids=lambda made: made.__name__)
def test_no_part_shows_what_is_secret_or_personal(made: type[Any]) -> None:
    """Codes, addresses, free text and whatever a shop keeps as it likes are not printed."""
    free = {name for name, each in EVERY[made].fields.items() if isinstance(each, FreeObject)}
    hidden = NEVER_SHOWN | free | ({"name"} if "Customer" in made.__name__ else set())
    shown = {each.name for each in fields(made) if each.repr}
    assert shown & hidden <= SHOWN_ALL_THE_SAME.get(made.__name__, set())


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

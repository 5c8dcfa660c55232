from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import (
    EventChannel,
    EventUser,
    Reason,
    UnknownValue,
    UnreadableBody,
    WebhookKind,
    load_envelope,
)
from tests import samples


def refused(document: Any) -> UnreadableBody:
    """Load what must be refused, and return the error."""
    with pytest.raises(UnreadableBody) as caught:
        load_envelope(document)
    return caught.value


def test_reads_the_envelope() -> None:
    """Every documented field of the envelope is read into its type."""
    document = samples.assignment_deleted()
    envelope = load_envelope(document)
    assert envelope.id == document["id"]
    assert envelope.project_id == document["project_id"]
    assert envelope.created_at == datetime(2025, 3, 4, 8, 15, 30, 250000, tzinfo=UTC)
    assert envelope.data == document["data"]
    assert envelope.source is not None
    assert envelope.source.object is WebhookKind.WEBHOOK
    assert envelope.source.target_url == document["source"]["target_url"]
    assert envelope.event.id == document["event"]["id"]
    assert envelope.event.created_at == datetime(2025, 3, 4, 8, 15, 30, 250000, tzinfo=UTC)
    assert envelope.event.entity_id == document["event"]["entity_id"]
    assert envelope.event.group_id == document["event"]["group_id"]
    assert envelope.event.event_source is not None
    assert envelope.event.event_source.channel is EventChannel.API
    assert envelope.event.event_source.api_key is not None
    assert envelope.event.event_source.api_key.name == "Tea counter"
    assert envelope.unreadable == ()


def test_the_type_is_that_of_the_event() -> None:
    """A distribution webhook carries a display name outside; the event's type counts."""
    document = samples.assignment_deleted() | {"type": "Friend left"}
    document["source"]["object"] = "distribution"
    envelope = load_envelope(document)
    assert envelope.type == "Friend left"
    assert envelope.event_type == "customer.holder.assignment.deleted"


def test_only_the_event_is_needed() -> None:
    """An envelope without anything optional is read, with None for what is absent."""
    document = samples.assignment_deleted()
    event = {name: document["event"][name] for name in ("id", "type", "created_at")}
    envelope = load_envelope({"event": event})
    assert (envelope.id, envelope.created_at, envelope.source) == (None, None, None)
    assert (envelope.data, envelope.project_id, envelope.unreadable) == (None, None, ())
    assert (envelope.event.entity_id, envelope.event.event_source) == (None, None)


@pytest.mark.parametrize(
    ("field", "value", "reason", "message"),
    [
        ("id", ..., "missing_field", "event.id is missing."),
        ("type", ..., "missing_field", "event.type is missing."),
        ("created_at", ..., "missing_field", "event.created_at is missing."),
        ("id", None, "missing_field", "event.id is null."),
        ("id", "", "missing_field", "event.id is empty."),
        ("id", " \n", "missing_field", "event.id is empty."),
        ("id", 7, "wrong_type", "event.id is not a string."),
        ("type", ["x"], "wrong_type", "event.type is not a string."),
        ("created_at", None, "missing_field", "event.created_at is null."),
        ("created_at", 1715595841, "wrong_type", "event.created_at is not a string."),
        ("created_at", "soon", "bad_timestamp", "event.created_at is not a timestamp."),
    ],
)
def test_refuses_an_event_without_its_facts(
    field: str, value: object, reason: str, message: str
) -> None:
    """The id, type and time of an event are strict: the error names path and reason."""
    document = samples.assignment_deleted()
    document["event"][field] = value
    if value is ...:
        del document["event"][field]
    error = refused(document)
    assert (error.reason, str(error)) == (reason, message)


@pytest.mark.parametrize(
    ("changes", "reason", "message"),
    [
        ({"event": None}, "missing_field", "event is null."),
        ({"event": "evcus_1"}, "wrong_type", "event is not an object."),
        ({"event": []}, "wrong_type", "event is not an object."),
        (
            {"event": {"id": 3, "created_at": "x"}, "data": 1},
            "wrong_type",
            (
                "event.id is not a string; event.type is missing; "
                "event.created_at is not a timestamp."
            ),
        ),
    ],
)
def test_names_all_strict_problems(changes: dict[str, Any], reason: str, message: str) -> None:
    """The message names every strict problem; the reason is that of the first."""
    error = refused(samples.assignment_deleted() | changes)
    assert (error.reason, str(error)) == (reason, message)


@pytest.mark.parametrize("document", [None, [], "x", 1])
def test_refuses_what_is_no_object(document: object) -> None:
    """An envelope is an object; anything else is refused with the same slug as a body."""
    assert refused(document).reason is Reason.NOT_AN_OBJECT


def test_tolerates_the_rest() -> None:
    """Optional fields that cannot be read become None and are named; strangers are ignored."""
    document = samples.assignment_deleted() | {"id": 5, "created_at": "late", "stranger": {}}
    document["source"] = "wh_1"
    document["event"]["group_id"] = ["v-1"]
    document["event"]["event_source"] = {"channel": "PIGEON", "user": {"id": "usr_1"}, "api_key": 1}
    envelope = load_envelope(document)
    assert envelope.unreadable == (
        "event.group_id",
        "event.event_source.api_key",
        "id",
        "created_at",
        "source",
    )
    assert envelope.event.event_source is not None
    assert envelope.event.event_source.channel == UnknownValue("PIGEON")
    assert envelope.event.event_source.user == EventUser(id="usr_1")


@pytest.mark.parametrize(
    ("project", "read", "unreadable"),
    [
        ("proj_1", "proj_1", ()),
        (None, None, ()),
        (7, None, ("project_id",)),
        (["proj_1"], None, ("project_id",)),
        ({"id": "proj_1"}, None, ("project_id",)),
    ],
    ids=repr,
)
def test_the_project_is_a_text_or_none(
    project: object, read: str | None, unreadable: tuple[str, ...]
) -> None:
    """It can be compared with the project of the keys: a text, or None for anything else."""
    envelope = load_envelope(samples.assignment_deleted() | {"project_id": project})
    assert (envelope.project_id, envelope.unreadable) == (read, unreadable)


@pytest.mark.parametrize(
    ("data", "unreadable"), [(None, ()), ([{}], ("data",)), ("x", ("data",))], ids=repr
)
def test_data_that_is_no_object_is_none(data: object, unreadable: tuple[str, ...]) -> None:
    """Whether an event can do without its data depends on its type, not on the envelope."""
    envelope = load_envelope(samples.assignment_deleted() | {"data": data})
    assert (envelope.data, envelope.unreadable) == (None, unreadable)

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas import UnreadableBody
from tests.samples import PERSONAL, assignment_created, assignment_deleted, body, customer_deleted
from worker.errors import PermanentError
from worker.handlers import HandlerTable, load_handlers
from worker.handlers.registry import Registration
from worker.job import Job
from worker.run.fan_out import process
from worker.run.refuse import AgeLimit
from worker.services import Services


TABLE = load_handlers()
DELETED = "customer.holder.assignment.deleted"


def _without(*path: str) -> bytes:
    document = assignment_deleted()
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    return body(document)


def _with(value: Any, *path: str) -> bytes:
    document = assignment_deleted()
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return body(document)


@pytest.mark.parametrize(
    ("raw", "reason", "place"),
    [
        (b'{"id": Ada Quill}', "not_json", "line 1, column 8"),
        (b"", "not_json", "it is empty"),
        (b'{"a":"\xff"}', "not_utf8", "offset 6"),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep", "line 1, column 101"),
        (b'{"id":' + b"7" * 5000 + b"}", "number_too_long", "at id"),
        (b'"Ada Quill"', "not_an_object", "not an object"),
        (b"[]", "not_an_object", "not an object"),
        (b'{"data":NaN}', "not_json", "at data"),
        (b'{"data":{"holder":{"id":1,"id":2}}}', "duplicate_key", "data.holder"),
        (b"{}", "missing_field", "event is missing"),
        (_without("data", "holder"), "missing_field", "data.holder is missing"),
        (_without("data", "holder", "customer_id"), "missing_field", "data.holder.customer_id"),
        (_without("event", "type"), "missing_field", "event.type is missing"),
        (_with(None, "data", "holder", "id"), "missing_field", "data.holder.id is null"),
        (_with("  ", "data", "holder", "id"), "missing_field", "data.holder.id is empty"),
        (_with([1], "data", "holder", "id"), "wrong_type", "data.holder.id is not a string"),
        (_with("Ada Quill", "data"), "missing_field", "data.holder is missing"),
        (_with("Ada Quill", "event", "created_at"), "bad_timestamp", "event.created_at"),
    ],
)
def test_an_unreadable_body_says_why_and_where(raw: bytes, reason: str, place: str) -> None:
    """Each way of being unreadable has its slug, names the place and quotes nothing."""
    with pytest.raises(UnreadableBody) as caught:
        process(raw, TABLE)

    assert caught.value.reason == reason
    assert place in str(caught.value)
    assert not any(text in str(caught.value) for text in PERSONAL)


def test_a_removal_has_one_job_for_each_handler() -> None:
    """A removal makes one job for each handler, on its queue, and names the assignment."""
    pending = process(body(assignment_deleted(holder_id="rh_x")), TABLE)

    assert set(pending.handlers) == {("revoke_referral_perks", "perks"), ("notify_crm", "crm")}
    assert pending.identity == f"{DELETED}:rh_x"
    assert pending.outcome == "handed to notify_crm, revoke_referral_perks"


def test_facts_are_ids_and_hold_nothing_personal() -> None:
    """What operators see of an event is exactly these ids."""
    facts = process(body(assignment_deleted(7)), TABLE).facts

    assert json.loads(facts) == {
        "event_type": DELETED,
        "event_id": "evcus_93b00000000007",
        "event_created_at": "2025-03-04T08:15:30.250+00:00",
        "holder": "rh_7c210000000007",
        "customer": "cust_adaQuill000007",
        "campaign": "camp_samovarReferral2024",
        "role": "REFEREE",
    }
    assert not any(text in facts for text in PERSONAL)


def test_a_deleted_customer_has_a_job_to_erase() -> None:
    """`customer.deleted` makes one job, may be handled again, and its facts are ids."""
    pending = process(body(customer_deleted(7)), TABLE)

    assert pending.handlers == (("erase_customer", "erasure"),)
    assert pending.identity == ""
    assert json.loads(pending.facts)["customer"] == "cust_adaQuill000007"
    assert not any(text in pending.facts for text in PERSONAL)


@pytest.mark.parametrize("document", [assignment_deleted(7), customer_deleted(7)])
def test_the_customers_of_a_body_are_returned(document: dict[str, Any]) -> None:
    """The customer's id goes along, for the index by which an erasing finds the body."""
    assert process(body(document), TABLE).customer == "cust_adaQuill000007"


def test_a_role_that_is_not_known_is_not_repeated_to_operators() -> None:
    """Whatever text stands in the role's place stays out of the facts."""
    facts = process(body(assignment_deleted(role=PERSONAL[1])), TABLE).facts

    assert json.loads(facts)["role"] == "?"
    assert PERSONAL[1] not in facts


def test_other_bytes_about_the_same_assignment_have_the_same_identity() -> None:
    """Neither the event's id nor its time makes another removal of it; another holder does."""
    first = process(body(assignment_deleted(1)), TABLE)
    again = process(
        body(assignment_deleted(1, event_id="evcus_2", event_created_at="2025-03-09T00:00:00Z")),
        TABLE,
    )
    other = process(body(assignment_deleted(2)), TABLE)

    assert first.identity == again.identity != other.identity


@pytest.mark.parametrize(
    ("event_type", "table"),
    [("voucher.disabled", TABLE), ("customer.holder.assignment.created", HandlerTable({}))],
)
def test_an_event_without_a_handler_is_done_at_once(event_type: str, table: HandlerTable) -> None:
    """An event without a handler has no jobs and is no error, even if it has a schema."""
    document = assignment_created()
    document["event"]["type"] = event_type

    pending = process(body(document), table)

    assert pending.handlers == ()
    assert pending.identity == ""
    assert pending.outcome == f"no handler for {event_type}"


def test_an_event_without_a_handler_need_not_have_readable_data() -> None:
    """The data of an event without a handler is not read."""
    document = {**assignment_created(), "data": {"anything": [1, 2]}}

    document["event"]["type"] = "voucher.disabled"

    assert process(body(document), TABLE).handlers == ()


def test_a_new_assignment_is_remembered() -> None:
    """It has a handler of its own, and is known by its event: its removal by the assignment."""
    pending = process(body(assignment_created()), TABLE)

    assert pending.handlers == (("remember_assignment", "assignments"),)
    assert pending.identity_of == "event"


@pytest.mark.parametrize("day", ["2025-03-04", "2025-04-04"])
def test_an_assignment_that_cannot_be_remembered_is_no_work_for_a_person(day: str) -> None:
    """Stale or unreadable, nothing is lost with it; but a shop's handler may require it."""
    received = datetime.fromisoformat(f"{day}T08:20:00Z")
    age = AgeLimit(received=received, most=timedelta(days=1))
    document = assignment_created()
    if day == "2025-03-04":
        document["data"] = {"anything": [1, 2]}
    reason = "missing_field" if day == "2025-03-04" else "stale_event"

    pending = process(body(document), TABLE, age)

    assert (pending.handlers, pending.outcome) == ((), f"handed to no handler: {reason}")
    ours = TABLE.by_name["remember_assignment"]
    theirs = replace(ours, name="send_letter", required=True)
    with pytest.raises((PermanentError, UnreadableBody)):
        process(body(document), HandlerTable({each.name: each for each in (ours, theirs)}), age)


@pytest.mark.parametrize(
    "event_type",
    [" ".join(PERSONAL), "a" * 81, "Customer.Deleted", "a\nb", "\x1b[2J", "é", '"]==]..os'],
)
def test_hostile_text_in_the_events_type_is_not_repeated(event_type: str) -> None:
    """A type that Voucherify would not write is shown as a question mark."""
    document = assignment_deleted()
    document["event"]["type"] = event_type

    pending = process(body(document), TABLE)

    assert pending.outcome == "no handler for ?"
    assert json.loads(pending.facts)["event_type"] == "?"
    assert event_type not in pending.facts


def test_the_type_of_the_envelope_does_not_decide() -> None:
    """A distribution's webhook, whose type is a display name, is handled by its event's type."""
    document = assignment_deleted()
    document["type"] = "Customer lost the tea code"
    document["source"]["object"] = "distribution"

    pending = process(body(document), TABLE)

    assert len(pending.handlers) == 2
    assert "tea code" not in pending.facts


def test_a_wanted_event_without_a_schema_is_set_aside() -> None:
    """A handler for an event that no schema describes is our mistake, and shown as such."""

    def run(_event: object, _services: Services, _job: Job) -> str:
        return "never"

    table = HandlerTable({"h": Registration("h", "q", ("voucher.repainted",), run)})
    document = assignment_deleted()
    document["event"]["type"] = "voucher.repainted"

    with pytest.raises(PermanentError, match=r"no schema describes voucher\.repainted") as caught:
        process(body(document), table)

    assert caught.value.reason == "no_schema"

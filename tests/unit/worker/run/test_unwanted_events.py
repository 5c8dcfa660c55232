"""Events that no handler acts on: whatever their `data` is, they have no jobs and never fail."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from schemas import EVENTS
from schemas.catalogue import ALSO_CALLED
from tests.samples import body
from tests.unit.schemas.shapes.bodies import PUBLISHED, members
from worker.handlers import HandlerTable, load_handlers
from worker.run.fan_out import process


TABLE: Final = load_handlers()
UNWANTED: Final = sorted(
    each for each in (*EVENTS, *ALSO_CALLED, "customer.teleported") if not TABLE.for_event(each)
)
WRONG: Final[tuple[Any, ...]] = ([], [{}], "x", "", 7, 0.5, True, False)


def envelope(event_type: str, **more: Any) -> bytes:
    """Write the required part of an envelope, and more."""
    event = {"id": "ev_1", "type": event_type, "created_at": "2025-01-01T00:00:00Z"}
    return body({"event": event, **more})


def odd_data(event_type: str) -> Iterator[Any]:
    """Return what `data` may be besides an object that can be read."""
    yield from (None, {}, *WRONG)
    shape = PUBLISHED["events"].get(event_type, {"data": "Customer"})["data"]
    names = [each.name for each in members(shape.lstrip("@"))] if event_type in EVENTS else ["a"]
    values: tuple[Any, ...] = (None, {"id": None}, {"id": 7}, *WRONG)
    for value in values:
        yield dict.fromkeys(names, value)


@pytest.mark.parametrize("event_type", UNWANTED)
def test_an_unwanted_event_is_done_whatever_its_data_is(event_type: str) -> None:
    """Missing, null, empty, full of nulls or of another type: it ends without a handler."""
    bodies = [envelope(event_type), *(envelope(event_type, data=d) for d in odd_data(event_type))]
    for raw in bodies:
        pending = process(raw, TABLE)
        assert (pending.handlers, pending.outcome) == ((), f"no handler for {event_type}")


@pytest.mark.parametrize("name", ["id", "project_id", "created_at", "type", "source"])
def test_the_rest_of_its_envelope_may_be_anything(name: str) -> None:
    """Only the event's id, type and time are required."""
    for value in (None, {}, *WRONG):
        pending = process(envelope("voucher.disabled", **{name: value}), TABLE)
        assert pending.outcome == "no handler for voucher.disabled"


def test_all_events_but_three_are_unwanted() -> None:
    """The events with handlers are known: adding a handler means reading what it requires."""
    assert EVENTS.keys() - {*UNWANTED} == {
        "customer.deleted",
        "customer.holder.assignment.created",
        "customer.holder.assignment.deleted",
    }


@pytest.mark.parametrize("event_type", sorted(EVENTS.keys() - {*UNWANTED}))
def test_an_event_without_a_handler_is_not_even_read(event_type: str) -> None:
    """Where no handler is registered for it, even an assignment requires nothing."""
    for raw in (envelope(event_type), envelope(event_type, data={"holder": 7})):
        assert process(raw, HandlerTable({})).outcome == f"no handler for {event_type}"

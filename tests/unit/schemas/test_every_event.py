"""Every event that Voucherify's specification publishes, in random bodies made from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from random import Random
from typing import Any, Final

import pytest

from schemas import EVENTS, UnreadableBody, load_envelope, load_event, parse_body
from schemas.catalogue import declared_names
from schemas.fields import schema_of
from tests import samples
from tests.unit.schemas.shapes.bodies import EVENT_TYPES, PUBLISHED, Bodies
from tests.unit.schemas.shapes.walk import needed, undeclared


BODIES: Final = 200
every_event = pytest.mark.parametrize("event_type", EVENT_TYPES)


def loaded(body: Mapping[str, Any]) -> Any:
    """Take a body through all three steps."""
    return load_event(load_envelope(parse_body(samples.body(body))))


@every_event
def test_random_bodies_are_read_without_a_remainder(event_type: str) -> None:
    """Absent fields, nulls, new fields, new words, odd times and numbers: nothing is unreadable."""
    for number in range(BODIES):
        random = Random(f"{event_type} {number}")
        bodies = Bodies(
            event_type=event_type,
            random=random,
            kept=1.0 if number < 2 else random.choice((0.0, 0.05, 0.1, 0.3)),
            liberties=random.choice((0.0, 0.05, 0.2)),
            needed=needed(event_type),
            typical=number == 1,
        )
        body = bodies.body()
        event = loaded(body)
        assert event.event.type == event_type
        assert event.unreadable == (), f"body {number}"


@every_event
def test_every_published_field_is_declared(event_type: str) -> None:
    """The schema that reads an object declares all of its fields, at every depth."""
    reader = schema_of(EVENTS[event_type])
    assert undeclared([reader], PUBLISHED["events"][event_type]["data"], "") == []


@every_event
def test_what_a_body_holds_the_event_holds(event_type: str) -> None:
    """Of bodies with every field, each one arrives: none is declared under another name."""
    bodies = Bodies(event_type=event_type, random=Random(event_type))
    for _ in range(5):  # each has other variants of what can be several things
        body = bodies.body()
        assert list(lost(body["data"], loaded(body))) == []


def lost(value: Any, read: Any, path: str = "") -> Iterator[str]:
    """Find what an object holds and its dataclass does not."""
    if isinstance(value, list) and isinstance(read, tuple):
        for number, (item, kept) in enumerate(zip(value, read, strict=True)):
            yield from lost(item, kept, f"{path}[{number}]")
    elif isinstance(value, Mapping) and is_dataclass(read):
        fields = schema_of(type(read)).fields
        attributes = {field.data_key or each: each for each, field in fields.items()}
        for name, item in value.items():
            kept = getattr(read, attributes.get(name, str(name)), None)
            if kept is None:
                yield f"{path}.{name}"
            else:
                yield from lost(item, kept, f"{path}.{name}")


@every_event
def test_wrong_types_are_named_by_declared_names_alone(event_type: str) -> None:
    """Whatever stands in a body, what is said about it holds no value and no name of a shop's."""
    random = Random(event_type)
    found = 0
    for _ in range(15):
        body = Bodies(event_type=event_type, random=random, kept=0.4).body()
        body["data"] = spoiled(body["data"], random)
        try:
            said = "; ".join(loaded(body).unreadable)
        except UnreadableBody as problem:
            said = problem.message
        assert "SECRET" not in said
        paths = [each.split(" ")[0] for each in said.split("; ")] if said else []
        names = {name for path in paths for name in re.sub(r"\[\d+\]", "", path).split(".")}
        assert names <= declared_names()
        found += bool(paths)
    assert found


def spoiled(value: Any, random: Random) -> Any:
    """Put what does not belong there in the place of some values."""
    if random.random() < 0.15:
        return random.choice(("SECRET", 7.5, True, [], ["SECRET"], {"SECRET": "SECRET"}, [[{}]]))
    if isinstance(value, dict):
        return {name: spoiled(item, random) for name, item in value.items()}
    return [spoiled(item, random) for item in value] if isinstance(value, list) else value


@every_event
def test_only_ids_of_what_the_event_is_about_are_strict(event_type: str) -> None:
    """A body is refused for the lack of an id alone, besides what an assignment is."""
    paths = schema_of(EVENTS[event_type]).strict_paths
    holders = {path[:-1] for path in paths if path}
    names = {str(path[-1]) for path in paths - holders if path}
    allowed = {"id"}
    if event_type.startswith("customer.holder.assignment."):
        allowed |= {"customer_id", "holder_role", "redeemable_id", "campaign_id"}
    assert names <= allowed


def test_the_bodies_reach_every_published_field() -> None:
    """The generator leaves nothing out: a body with every field names all that shapes name."""
    for event_type in EVENT_TYPES:
        body = Bodies(event_type=event_type, random=Random(2)).data()
        shape = PUBLISHED["shapes"][PUBLISHED["events"][event_type]["data"].removeprefix("@")]
        assert body.keys() == {name.removeprefix("!") for name in shape}

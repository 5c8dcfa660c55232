"""Each schema is derived from its dataclass; here is what holds of all of them."""

import ast
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pytest

import schemas
from schemas import (
    EVENTS,
    Canary,
    Envelope,
    Gift,
    UnknownValue,
    VoucherType,
    event_class,
    load_envelope,
    load_event,
    parse_body,
)
from schemas.fields import (
    Amount,
    Choice,
    Flag,
    FreeObject,
    Part,
    Parts,
    PartSchema,
    Text,
    Timestamp,
    Whole,
    schema_of,
)
from schemas.model import ADDED, Model, Named, names_of
from tests import samples
from worker.periodic.canary import canary_body


class Everything(Model):
    """One attribute of each type that a part may have."""

    text: str
    flag: bool | None = None
    moment: datetime | None = None
    amount: int | Decimal | None = None
    number: int | None = None
    free: Mapping[str, Any] | None = None
    choice: VoucherType | UnknownValue | None = None
    part: Gift | None = None
    parts: tuple[Gift, ...] | None = None
    texts: tuple[str, ...] | None = None
    renamed: Annotated[int | None, Named("event")] = None
    added: Annotated[tuple[str, ...], ADDED] = ()


def reachable(schema: PartSchema[Any]) -> Iterator[PartSchema[Any]]:
    """List a schema and all that it reads parts with."""
    yield schema
    for field in schema.fields.values():
        for part in getattr(field, "schemas", ()):
            yield from reachable(part)


ROOTS: list[type[Any]] = [Envelope, *EVENTS.values(), Canary]
EVERY = {schema.makes: schema for root in ROOTS for schema in reachable(schema_of(root))}


def test_the_type_of_an_attribute_says_how_it_is_read() -> None:
    """Each type has its field, and what is no field of the object in the body has none."""
    made = schema_of(Everything)
    assert {name: type(field) for name, field in made.fields.items()} == {
        "text": Text,
        "flag": Flag,
        "moment": Timestamp,
        "amount": Amount,
        "number": Whole,
        "free": FreeObject,
        "choice": Choice,
        "part": Part,
        "parts": Parts,
        "texts": Parts,
        "renamed": Whole,
    }
    assert made.strict_paths == {(), ("text",)}
    assert names_of(Everything) == {*made.fields, *names_of(Gift), "event"} - {"renamed"}
    assert made.build(made.load({"text": "a", "texts": ["b"], "event": 5})) == Everything(
        text="a", texts=("b",), renamed=5
    )


def test_there_is_one_schema_for_a_part_wherever_it_stands() -> None:
    """All events share it: that keeps their memory and the start of a worker small."""
    assert schema_of(Everything).fields["part"].schema is schema_of(Gift)  # type: ignore[attr-defined]
    assert schema_of(Everything).fields["parts"].item.schema is schema_of(Gift)  # type: ignore[attr-defined]


def test_a_type_that_no_field_reads_is_refused() -> None:
    """A part that cannot be read as it is declared is no part."""

    @dataclass
    class Odd:
        sets: set[str] | None = None

    with pytest.raises(TypeError, match="no field reads"):
        schema_of(Odd)


@pytest.mark.parametrize("made", EVERY, ids=lambda made: made.__name__)
def test_a_dataclass_is_frozen_and_knows_what_may_be_absent(made: type[Any]) -> None:
    """Events are values: frozen, slotted, by keyword, and None where nothing was read."""
    schema = EVERY[made]
    assert is_dataclass(made)
    assert made.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(made)
    for field in fields(made):
        assert field.kw_only
        if field.name in schema.fields and field.name not in schema.strict_names:
            assert field.default is None
        elif field.name in schema.strict_names:
            assert field.default is MISSING


def test_every_part_is_reachable() -> None:
    """A dataclass that no event holds would be dead, so each is reached from the catalogue."""
    modules = pkgutil.walk_packages(schemas.__path__, "schemas.")
    things = [thing for each in modules for thing in vars(import_module(each.name)).values()]
    declared = {each for each in things if isinstance(each, type) and issubclass(each, Model)}
    assert declared - {base for made in EVERY for base in made.__mro__} == set()


def test_every_type_of_event_has_a_sample_that_loads_whole() -> None:
    """Each event that we handle has a body of ours that is read without a remainder."""
    reward = samples.reward()
    documents = [
        samples.assignment_deleted(referee_reward=reward),
        samples.assignment_created(referee_reward=reward),
        samples.customer_deleted(),
    ]
    bodies = [*map(samples.body, documents), canary_body(datetime.now(UTC), "0123456789abcdef")]
    events = [load_event(load_envelope(parse_body(each))) for each in bodies]
    assert [type(event) for event in events if event] == [
        event_class(event.event.type) for event in events if event
    ]
    assert [event.unreadable for event in events if event] == [()] * 4


def plain(value: Any) -> Any:
    """Turn an event back into JSON, without what is None."""
    if is_dataclass(value):
        members = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return {name: member for name, member in members.items() if member is not None}
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return dict(value) if isinstance(value, Mapping) else value


def without_nulls(value: Any) -> Any:
    """Drop from JSON what an event holds as None."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return value


@pytest.mark.parametrize("kind", ["DISCOUNT_VOUCHER", "GIFT_VOUCHER", "LOYALTY_CARD"])
@pytest.mark.parametrize("reward", [None, samples.reward(500)], ids=["no reward", "a reward"])
def test_nothing_of_a_sample_is_lost(kind: str, reward: dict[str, Any] | None) -> None:
    """Written out again, a typed event is the JSON that it was read from."""
    document = samples.assignment_deleted(3, voucher_type=kind, referee_reward=reward)
    event = load_event(load_envelope(document))
    again = plain(event)
    assert again.pop("unreadable") == ()
    assert again.pop("event") == without_nulls(document["event"])
    assert again == without_nulls(document["data"])


def test_the_public_names_are_complete() -> None:
    """`__all__` lists every class and function that the package imports for others."""
    source = ast.parse(Path(schemas.__file__).read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in source.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(schemas.__all__) == imported

"""The schemas and the dataclasses are written separately; here they are held together."""

import ast
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import schemas
from schemas import SCHEMAS, UnknownValue, load_envelope, load_event, parse_body
from schemas.envelope import EnvelopeSchema
from schemas.fields import (
    Amount,
    Choice,
    Declared,
    Flag,
    FreeObject,
    Part,
    Parts,
    PartSchema,
    Text,
    Timestamp,
    Whole,
)
from schemas.parts.discount import Discount, DiscountField
from tests import samples
from worker.canary import canary_body


SIMPLE: dict[type[Declared[Any]], Any] = {
    Text: str,
    Flag: bool,
    Timestamp: datetime,
    Amount: int | Decimal,
    Whole: int,
    DiscountField: Discount,
}


def reachable(schema: PartSchema[Any]) -> Iterator[PartSchema[Any]]:
    """List a schema and all that it reads parts with."""
    yield schema
    for field in schema.fields.values():
        for part in getattr(field, "schemas", ()):
            yield from reachable(part)


EVERY = {
    type(schema): schema
    for root in (EnvelopeSchema(), *SCHEMAS.values())
    for schema in reachable(root)
}


def annotation_of(field: Declared[Any]) -> Any:
    """Say which type a dataclass has to give to what a field reads."""
    if isinstance(field, Choice):
        read: Any = type(next(iter(field.known.values()))) | UnknownValue
    elif isinstance(field, Part):
        read = field.schema.makes
    elif isinstance(field, Parts):
        read = tuple[field.item.schema.makes, ...]  # type: ignore[name-defined]
    elif isinstance(field, FreeObject):
        read = schemas.Envelope.__annotations__["data"]
    else:
        read = SIMPLE[type(field)]
    return read if field.strict else read | None


@pytest.mark.parametrize("schema", EVERY.values(), ids=[kind.__name__ for kind in EVERY])
def test_a_schema_and_its_dataclass_agree(schema: PartSchema[Any]) -> None:
    """A field read under one name and type is held under the same name and type."""
    hints = get_type_hints(schema.makes)
    for more in ("event", "unreadable"):
        if more not in schema.fields:
            hints.pop(more, None)
    read = {
        name: annotation_of(field)
        for name, field in schema.fields.items()
        if isinstance(field, Declared)
    }
    assert read == hints


@pytest.mark.parametrize("schema", EVERY.values(), ids=[kind.__name__ for kind in EVERY])
def test_a_dataclass_is_frozen_and_knows_what_may_be_absent(schema: PartSchema[Any]) -> None:
    """Events are values: frozen, slotted, by keyword, and None where nothing was read."""
    made = schema.makes
    assert is_dataclass(made)
    assert made.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(made)
    for field in fields(made):
        assert field.kw_only
        if field.name in schema.fields and field.name not in schema.strict_names:
            assert field.default is None
        elif field.name in schema.strict_names:
            assert field.default is MISSING


def test_every_schema_is_reachable() -> None:
    """A schema that no event reads would be dead, so each hangs on the catalogue."""
    for module in pkgutil.walk_packages(schemas.__path__, "schemas."):
        import_module(module.name)
    assert set(PartSchema.__subclasses__()) == set(EVERY)


def test_every_type_of_event_has_a_sample_that_loads_whole() -> None:
    """Each event of the catalogue has a body of ours that is read without a remainder."""
    reward = samples.reward()
    documents = [
        samples.assignment_deleted(referee_reward=reward),
        samples.assignment_created(referee_reward=reward),
        samples.customer_deleted(),
    ]
    bodies = [*map(samples.body, documents), canary_body(datetime.now(UTC), "0123456789abcdef")]
    events = [load_event(load_envelope(parse_body(each))) for each in bodies]
    assert {event.event.type for event in events if event} == set(SCHEMAS)
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

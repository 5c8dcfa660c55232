"""
From a frozen dataclass to the Marshmallow schema that reads it.

A part is declared once, as a dataclass; the type of each attribute says how it is read, and an
attribute without a default is one without which there is no such part (it is strict).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    TypeVar,
    Union,
    Unpack,
    get_args,
    get_origin,
    get_type_hints,
)

from schemas.fields.amount import Amount, Whole
from schemas.fields.base import Declared, Options
from schemas.fields.choice import Choice, UnknownValue
from schemas.fields.free_object import FreeObject
from schemas.fields.part import Part, PartOrText, Parts, PartSchema, PartsOrOne, Variant
from schemas.fields.scalars import Flag, Text
from schemas.fields.timestamp import Timestamp


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named:
    """The attribute's name in the body, where it cannot be its own."""

    wire_name: str


@dataclass(frozen=True, slots=True)
class ChosenBy:
    """How to tell from a value which of several dataclasses it is."""

    choose: Callable[[Any], type[Any]]


#: An attribute that is no field of the object in the body: whoever reads it adds it.
ADDED: Final = "added"

#: A list that may come as the one item which it would hold.
OR_ONE: Final = "or one"

_SIMPLE: Final[Mapping[Any, type[Declared[Any]]]] = {
    str: Text,
    bool: Flag,
    datetime: Timestamp,
    int: Whole,
    Union[int, Decimal]: Amount,  # noqa: UP007 - the form that `_essence` makes
    Mapping[str, Any]: FreeObject,
}


_MADE: Final[dict[type[Any], PartSchema[Any]]] = {}


def schema_of(made: type[T]) -> PartSchema[T]:
    """
    Give the one schema that reads this dataclass, wherever it stands.

    It is made when it is first asked for: a process pays for the events that it reads.
    """
    schema = _MADE.get(made)
    return schema if schema is not None else _MADE.setdefault(made, _derived(made))


def _derived(made: type[T]) -> PartSchema[T]:
    declared: dict[str, Any] = {
        name: _field(annotation, strict=_is_strict(field), wire_name=_wire_name(annotation))
        for name, field, annotation in _read_attributes(made)
    }
    schema: PartSchema[T] = PartSchema.from_dict(declared, name=made.__name__)()  # type: ignore[assignment]
    schema.makes = made
    return schema


def names_of(made: type[Any]) -> frozenset[str]:
    """Give every name that this dataclass and its parts have in a body, and make no schema."""
    names: set[str] = set()
    for name, _, annotation in _read_attributes(made):
        names.add(_wire_name(annotation) or name)
        for part in _parts_in(annotation):
            names |= names_of(part)
    return frozenset(names)


def _read_attributes(made: type[Any]) -> Iterator[tuple[str, Field[Any], Any]]:
    hints = get_type_hints(made, include_extras=True)
    for field in fields(made):
        if ADDED not in _marks(hints[field.name]):
            yield field.name, field, hints[field.name]


def _is_strict(field: Field[Any]) -> bool:
    return field.default is MISSING


def _field(annotation: Any, **wanted: Unpack[Options]) -> Declared[Any]:
    marks, read = _marks(annotation), _essence(annotation)
    if read in _SIMPLE:
        return _SIMPLE[read](**wanted)
    kinds = get_args(read)
    if get_origin(read) is tuple:
        return (PartsOrOne if OR_ONE in marks else Parts)(_field(kinds[0]), **wanted)
    for mark in marks:
        if isinstance(mark, ChosenBy):
            return Variant(mark.choose, {kind: schema_of(kind) for kind in kinds}, **wanted)
    if UnknownValue in kinds:
        return Choice(_other_than(UnknownValue, kinds), **wanted)
    if get_origin(read) is Union and str in kinds:
        return PartOrText(schema_of(_other_than(str, kinds)), **wanted)
    if is_dataclass(read):
        return Part(schema_of(read), **wanted)  # type: ignore[arg-type]
    raise TypeError(f"no field reads {annotation}")


def _other_than(known: type[Any], kinds: tuple[Any, ...]) -> type[Any]:
    (other,) = (kind for kind in kinds if kind is not known)
    return other  # type: ignore[no-any-return]


def _parts_in(annotation: Any) -> Iterator[type[Any]]:
    if isinstance(annotation, type) and is_dataclass(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts_in(inner)


def _wire_name(annotation: Any) -> str | None:
    return next((mark.wire_name for mark in _marks(annotation) if isinstance(mark, Named)), None)


def _marks(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return annotation.__metadata__ + _marks(annotation.__origin__)  # type: ignore[no-any-return]
    return tuple(mark for each in _alternatives(annotation) for mark in _marks(each))


def _essence(annotation: Any) -> Any:
    """Take away what is said beside the type, and that it may be None."""
    if get_origin(annotation) is Annotated:
        return _essence(annotation.__origin__)
    alternatives = _alternatives(annotation)
    if not alternatives:
        return annotation
    return Union[tuple(map(_essence, alternatives))]  # noqa: UP007 - made of what was found


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) not in {Union, UnionType}:
        return ()
    return tuple(each for each in get_args(annotation) if each is not NoneType)

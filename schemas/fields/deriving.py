"""From a `Model` to the Marshmallow schema that reads it."""

from collections.abc import Mapping
from dataclasses import MISSING, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar, Union, Unpack, get_args, get_origin

from schemas.fields.amount import Amount, Whole
from schemas.fields.nested import Part, PartOrText, Parts, PartSchema, PartsOrOne, Variant
from schemas.fields.simple import (
    Choice,
    Declared,
    Flag,
    FreeObject,
    Options,
    Text,
    Timestamp,
    UnknownValue,
)
from schemas.model import OR_ONE, ChosenBy, essence_of, marks_of, read_attributes, wire_name_of


T = TypeVar("T")

_SIMPLE: Final[Mapping[Any, type[Declared[Any]]]] = {
    str: Text,
    bool: Flag,
    datetime: Timestamp,
    int: Whole,
    Union[int, Decimal]: Amount,  # noqa: UP007 - the form that `essence_of` makes
    Mapping[str, Any]: FreeObject,
}


_MADE: Final[dict[type[Any], PartSchema[Any]]] = {}


def schema_of(made: type[T]) -> PartSchema[T]:
    """
    Return the one schema that reads this dataclass, wherever it stands.

    It is made when it is first asked for: a process pays for the events that it reads.
    """
    schema = _MADE.get(made)
    return schema if schema is not None else _MADE.setdefault(made, _derived(made))


def _derived(made: type[T]) -> PartSchema[T]:
    declared: dict[str, Any] = {
        attribute.name: _field(
            annotation, strict=attribute.default is MISSING, wire_name=wire_name_of(annotation)
        )
        for attribute, annotation in read_attributes(made)
    }
    schema: PartSchema[T] = PartSchema.from_dict(declared, name=made.__name__)()  # type: ignore[assignment]
    schema.makes = made
    return schema


def _field(annotation: Any, **wanted: Unpack[Options]) -> Declared[Any]:
    marks, read = marks_of(annotation), essence_of(annotation)
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

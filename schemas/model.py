"""
How events and their parts are declared: as frozen dataclasses, once.

The type of each attribute says how it is read (`schemas.fields.deriving`). An attribute without a
default is strict: without it there is no such part.
"""

from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, field, fields, is_dataclass
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class _Frozen(type):
    """Makes a frozen dataclass with slots of each class that it creates."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> Any:
        made: Any = super().__new__(cls, name, bases, namespace, **options)
        # To add slots, `dataclass` creates the class again, and so comes here once more.
        if "__slots__" in namespace:
            return made
        return dataclass(frozen=True, slots=True, kw_only=True)(made)


class Model(metaclass=_Frozen):
    """The base of all events and parts; a subclass needs no decorator to be a dataclass."""


@dataclass(frozen=True, slots=True)
class Named:
    """The attribute's name in the body, where it cannot be its own."""

    wire_name: str


@dataclass(frozen=True, slots=True)
class ChosenBy:
    """Chooses from a value which of several classes it is."""

    choose: Callable[[Any], type[Any]]


#: An attribute that is no field of the object in the body: the code that reads the object adds it.
ADDED: Final = "added"

#: A list that may come as its only item, without a list around it.
OR_ONE: Final = "or one"


def names_of(made: type[Any]) -> frozenset[str]:
    """Return every name that this class and its parts have in a body, without making a schema."""
    names: set[str] = set()
    for attribute, annotation in read_attributes(made):
        names.add(wire_name_of(annotation) or attribute.name)
        for part in _parts_in(annotation):
            names |= names_of(part)
    return frozenset(names)


def read_attributes(made: type[Any]) -> Iterator[tuple[Field[Any], Any]]:
    """Return each attribute that is read from the body, with its annotation."""
    types = get_type_hints(made, include_extras=True)
    for attribute in fields(made):
        if ADDED not in marks_of(types[attribute.name]):
            yield attribute, types[attribute.name]


def wire_name_of(annotation: Any) -> str | None:
    """Return the name in the body, if it is not the attribute's own."""
    return next((mark.wire_name for mark in marks_of(annotation) if isinstance(mark, Named)), None)


def marks_of(annotation: Any) -> tuple[Any, ...]:
    """Return what is said beside the type, at any depth of its alternatives."""
    if get_origin(annotation) is Annotated:
        return annotation.__metadata__ + marks_of(annotation.__origin__)  # type: ignore[no-any-return]
    return tuple(mark for each in _alternatives(annotation) for mark in marks_of(each))


def essence_of(annotation: Any) -> Any:
    """Return the type alone: without marks, and without that it may be None."""
    if get_origin(annotation) is Annotated:
        return essence_of(annotation.__origin__)
    alternatives = _alternatives(annotation)
    if not alternatives:
        return annotation
    return Union[tuple(map(essence_of, alternatives))]  # noqa: UP007 - made of what was found


def _parts_in(annotation: Any) -> Iterator[type[Any]]:
    if isinstance(annotation, type) and is_dataclass(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts_in(inner)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) not in {Union, UnionType}:
        return ()
    return tuple(each for each in get_args(annotation) if each is not NoneType)

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, Unpack

from marshmallow import EXCLUDE, Schema, ValidationError

from schemas.errors import Step
from schemas.fields.simple import Declared, Options


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Messages = dict[Step, Any]
"""Marshmallow's tree of complaints: names and positions down to lists of phrases."""

MAX_ITEMS: Final = 1000
"""Items that are read of a list. Voucherify's have a handful; a body of 1 MiB has room for half
a million, and each costs as much as a field."""


class PartSchema(Schema, Generic[T_co]):
    """
    Reads one kind of object into its dataclass, and leaves out what cannot be read.

    What is left out takes the default of the dataclass, None. Names that are not declared
    are ignored: Voucherify "may add properties" (API overview, compatibility).
    """

    makes: type[T_co]
    error_messages = {"type": "is not an object"}  # noqa: RUF012 - Marshmallow's own name

    class Meta:
        """Marshmallow's options."""

        unknown = EXCLUDE

    def sift(self, value: Any) -> tuple[dict[str, Any] | None, Messages]:
        """Part what can be read from the complaints about the rest, in one pass."""
        try:
            return self.load(value), {}
        except ValidationError as error:
            readable = error.valid_data if isinstance(value, Mapping) else None
            return readable, error.messages_dict  # type: ignore[return-value]

    def build(self, readable: dict[str, Any] | None, **more: Any) -> T_co | None:
        """Make the dataclass, or None if something strict is not among what is readable."""
        if readable is None or not self.strict_names <= readable.keys():
            return None
        return self.makes(**readable, **more)

    @cached_property
    def strict_names(self) -> frozenset[str]:
        """The fields without which there is no such object."""
        return frozenset(name for name, field in self.fields.items() if field.required)

    @cached_property
    def strict_paths(self) -> frozenset[tuple[Step, ...]]:
        """The paths of the fields without which there is no such object, at any depth."""
        return frozenset(self._strict_paths())

    def _strict_paths(self) -> Iterator[tuple[Step, ...]]:
        yield ()
        for name, field in self.fields.items():
            here = field.data_key or name
            if isinstance(field, Part) and field.strict:
                yield from ((here, *rest) for rest in field.schema.strict_paths)
            elif field.required:
                yield (here,)


class Part(Declared[T]):
    """An object with declared fields. A tolerant one is kept even if some are unreadable."""

    def __init__(self, schema: PartSchema[T], **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.schema = schema

    @property
    def schemas(self) -> Iterable[PartSchema[Any]]:
        """Every schema that may read this field."""
        return (self.schema,)

    def read(self, value: Any) -> T:
        """Read what can be read of an object."""
        return read_part(self.schema, value)


class PartOrText(Part[T | str]):
    """An object with declared fields, or a text in its place."""

    def read(self, value: Any) -> T | str:
        """Keep a text, or read what can be read of an object."""
        return value if isinstance(value, str) else super().read(value)


class Variant(Declared[T]):
    """An object of one of several kinds: the value itself decides which schema reads it."""

    def __init__(
        self,
        choose: Callable[[Any], type[Any]],
        by_kind: Mapping[type[Any], PartSchema[Any]],
        **options: Unpack[Options],
    ) -> None:
        super().__init__(**options)
        self.choose = choose
        self.by_kind = by_kind

    @property
    def schemas(self) -> Iterable[PartSchema[Any]]:
        """Every schema that may read this field."""
        return self.by_kind.values()

    def read(self, value: Any) -> T:
        """Read what can be read of whatever kind of object this is."""
        part: T = read_part(self.by_kind[self.choose(value)], value)
        return part


class Parts(Declared[tuple[T, ...]]):
    """A list. Items that cannot be read are left out; what is no list at all is None."""

    def __init__(self, item: Declared[T], **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.item = item

    @property
    def schemas(self) -> Iterable[PartSchema[Any]]:
        """Every schema that may read an item; none for a list of texts or numbers."""
        found: Iterable[PartSchema[Any]] = getattr(self.item, "schemas", ())
        return found

    def read(self, value: Any) -> tuple[T, ...]:
        """Read the items that can be read."""
        if not isinstance(value, list):
            raise ValidationError("is not a list")
        if len(value) > MAX_ITEMS:
            raise ValidationError("has too many items")
        items: list[T] = []
        messages: Messages = {}
        for index, raw in enumerate(value):
            try:
                items.append(self.item.read(raw))
            except ValidationError as error:
                messages[index] = error.messages
                readable: Any = error.valid_data
                if readable is not None:
                    items.append(readable)
        if messages:
            raise _unreadable(messages, tuple(items))
        return tuple(items)


class PartsOrOne(Parts[T]):
    """
    A list, or one item without a list around it.

    The specification says the one where its own example shows the other.
    """

    def read(self, value: Any) -> tuple[T, ...]:
        """Read the items that can be read."""
        if isinstance(value, list):
            return super().read(value)
        try:
            return (self.item.read(value),)
        except ValidationError as error:
            messages: Any = error.messages
            readable: Any = error.valid_data
        raise _unreadable(messages, None if readable is None else (readable,))


def read_part(schema: PartSchema[T], value: Any) -> T:
    """Read an object, or raise what is wrong with it together with what is right."""
    readable, messages = schema.sift(value)
    part = schema.build(readable)
    if part is None or messages:
        raise _unreadable(messages, part)
    return part


def _unreadable(messages: Messages, rest: Any) -> ValidationError:
    # Marshmallow hands `valid_data` on beside the complaints, and so the readable rest
    # of this value reaches the object that holds it.
    return ValidationError(messages, valid_data=rest)

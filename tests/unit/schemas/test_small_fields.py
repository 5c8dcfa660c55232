from types import MappingProxyType
from typing import Any

import pytest
from marshmallow import ValidationError

from schemas import HolderRole, UnknownValue
from schemas.fields import Choice, Flag, FreeObject, Text


def test_a_known_value_is_a_member() -> None:
    """A value that the specification lists becomes the member of its enumeration."""
    assert Choice(HolderRole).deserialize("REFEREE") is HolderRole.REFEREE


@pytest.mark.parametrize("value", ["AMBASSADOR", "referee", "", " REFEREE"])
def test_an_unknown_value_is_kept_and_visible(value: str) -> None:
    """A value that is not listed is kept as text, is no member, and shows what it is."""
    read = Choice(HolderRole).deserialize(value)
    assert read == value
    assert isinstance(read, UnknownValue)
    assert not isinstance(read, HolderRole)
    assert repr(read) == f"UnknownValue({value!r})"


@pytest.mark.parametrize("value", [0, 1, "true", "yes", [], {}])
def test_only_booleans_are_flags(value: object) -> None:
    """What merely looks like true or false is not taken for it."""
    with pytest.raises(ValidationError):
        Flag().deserialize(value)


@pytest.mark.parametrize("value", [False, True])
def test_booleans_are_flags(value: object) -> None:
    """True and false are read as they are."""
    assert Flag().deserialize(value) is value


@pytest.mark.parametrize("value", ["", "  "])
def test_only_strict_text_must_hold_something(value: str) -> None:
    """Empty text is fine unless a decision rests on it."""
    assert Text().deserialize(value) == value
    with pytest.raises(ValidationError):
        Text(strict=True).deserialize(value)


def test_a_free_object_is_read_only() -> None:
    """Metadata keeps its content, whatever that is, and cannot be changed."""
    content: dict[str, Any] = {"a": {"b": [1, None]}, "": 2}
    read = FreeObject().deserialize(content)
    assert read == content
    assert isinstance(read, MappingProxyType)

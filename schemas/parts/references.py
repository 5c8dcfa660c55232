"""What parts say of each other where they do not show each other whole."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An object of which only the id is told."""

    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedReference:
    """An object of which the id and the name are told."""

    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedReference:
    """An object of which the id and the type are told."""

    id: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReference:
    """An order of which the id and the one in the shop are told."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)

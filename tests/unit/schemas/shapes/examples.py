"""Where the specification's own examples depart from its schemas: names and types only."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.unit.schemas.shapes.published import Components, Node


_JSON: Final = {str: "string", bool: "boolean", int: "integer", float: "number", list: "list"}
_FITS: Final = {
    "number": {"integer", "number"},
    "date-time": {"string"},
    "date": {"string"},
    "time": {"string"},
}


class Departures:
    """What one event's examples hold: nulls, fields without a schema, other types."""

    def __init__(self, components: Components) -> None:
        self.components = components
        self.nulls: set[str] = set()
        self.extra: dict[str, set[str]] = defaultdict(set)
        self.other: dict[str, set[str]] = defaultdict(set)

    def note(self, value: Any, node: Node, path: str = "") -> None:
        """Walk an example beside the node that it should follow."""
        kind = node.lstrip("?")
        if value is None:
            self.nulls.add(path)
        elif kind.startswith("@"):
            self._note_named(value, kind[1:], path)
        elif kind.startswith("[") and isinstance(value, list):
            for item in value:
                self.note(item, kind[1:-1], f"{path}[]")
        elif kind.startswith("{") and isinstance(value, Mapping):
            for item in value.values():
                self.note(item, kind[1:-1], f"{path}.*")
        elif not fits(value, kind):
            self.other[path].add(json_type(value))

    def _note_named(self, value: Any, name: str, path: str) -> None:
        if name in self.components.unions:
            variants = self.components.unions[name]["of"]
            self.note(value, min(variants, key=lambda each: self._distance(value, each)), path)
        elif not isinstance(value, Mapping):
            self.other[path].add(json_type(value))
        else:
            self._note_fields(value, name, path)

    def _note_fields(self, value: Mapping[str, Any], name: str, path: str) -> None:
        shape = {key.lstrip("!"): node for key, node in self.components.shapes[name].items()}
        for key, item in value.items():
            here = f"{path}.{key}".lstrip(".")
            if key in shape:
                self.note(item, shape[key], here)
            elif "*" in shape:
                self.note(item, shape["*"], f"{path}.*")
            else:
                self._note_extra(item, here)

    def _note_extra(self, item: Any, path: str) -> None:
        self.extra[path].add(json_type(item))
        if isinstance(item, Mapping) and not path.endswith("metadata"):
            for key, inner in item.items():
                self._note_extra(inner, f"{path}.{key}")

    def _distance(self, value: Any, node: Node) -> int:
        trial = Departures(self.components)
        trial.note(value, node)
        return len(trial.extra) + 2 * len(trial.other)

    def found(self) -> Iterator[tuple[str, Any]]:
        """Return what is to be written down, in the order of the alphabet."""
        yield "nulls", sorted(self.nulls)
        for name, paths in (("extra", self.extra), ("other", self.other)):
            yield name, {path: "|".join(sorted(paths[path])) for path in sorted(paths)}


def json_type(value: Any) -> str:
    """Name the type of a value of JSON."""
    return "null" if value is None else _JSON.get(type(value), "object")


def fits(value: Any, kind: str) -> bool:
    """Return whether a value is what a simple node asks for."""
    if kind == "any":
        return True
    if kind.startswith("="):
        return value in kind[1:].split("|")
    return json_type(value) in _FITS.get(kind, {kind})

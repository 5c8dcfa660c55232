"""From the specification's components to nodes (see the package's docstring)."""

from collections.abc import Mapping
from typing import Any, Final


Node = str
Fields = dict[str, Node]

PREFIX: Final = "#/components/schemas/"
_FORMATS: Final = {"date-time", "date", "time"}
# What stands beside a reference without a meaning of its own.
_REMARKS: Final = {"description", "title", "example", "type", "nullable"}


class Components:
    """Reads the components that are asked for, and keeps what it has read by name."""

    def __init__(self, published: Mapping[str, Any]) -> None:
        self.published = published
        self.shapes: dict[str, Fields] = {}
        self.unions: dict[str, dict[str, Any]] = {}
        self.closed: set[str] = set()
        self._known: dict[str, Node] = {}

    def node(self, schema: Mapping[str, Any], name: str) -> Node:
        """Read a schema; `name` is for an object that has none of its own."""
        plain = self._node(schema, name)
        return f"?{plain}" if schema.get("nullable") and not plain.startswith("?") else plain

    def _node(self, schema: Mapping[str, Any], name: str) -> Node:
        reference = _reference(schema)
        if reference:
            return self._referred(reference)
        if "oneOf" in schema:
            return self._union(schema["oneOf"], name)
        words = [each for each in schema.get("enum", ()) if isinstance(each, str)]
        if words:
            choice = "=" + "|".join(words)
            # The channels of a distribution: the words stand beside the list, not in it.
            return f"[{choice}]" if schema.get("type") == "array" else choice
        if "allOf" in schema or "properties" in schema:
            return self._object(schema, name)
        return self._bare(schema, name)

    def _bare(self, schema: Mapping[str, Any], name: str) -> Node:
        kind = schema.get("type")
        if kind == "array":
            return f"[{self.node(schema['items'], name)}]" if "items" in schema else "[any]"
        if kind == "object":
            more = schema.get("additionalProperties")
            return f"{{{self.node(more, name)}}}" if isinstance(more, Mapping) else "object"
        form = schema.get("format")
        return str(form if form in _FORMATS else kind or "any")

    def _referred(self, name: str) -> Node:
        if name not in self._known:
            # A shape may hold itself.
            self._known[name] = f"@{name}"
            self._known[name] = self.node(self.published[name], name)
        return self._known[name]

    def _object(self, schema: Mapping[str, Any], name: str) -> Node:
        fields = self._fields(schema, name)
        required = _required(schema, self.published)
        shape = {f"!{key}" if key in required else key: node for key, node in fields.items()}
        if isinstance(schema.get("additionalProperties"), Mapping):
            shape["*"] = self.node(schema["additionalProperties"], f"{name}.*")
        twin = self._twin(shape, name)
        if twin and name not in self.published:
            return f"@{twin}"
        self.shapes[name] = shape
        if schema.get("additionalProperties") is False:
            self.closed.add(name)
        return f"@{name}"

    def _twin(self, shape: Fields, name: str) -> str | None:
        """Find the same object under the same name in another place."""
        last = name.rpartition(".")[2]
        alike = (other for other, kept in self.shapes.items() if kept == shape)
        return next((other for other in alike if other.rpartition(".")[2] == last), None)

    def _fields(self, schema: Mapping[str, Any], name: str) -> Fields:
        fields: Fields = {}
        for part in schema.get("allOf", ()):
            reference = _reference(part)
            if reference:
                fields |= self._fields(self.published[reference], reference)
            else:
                fields |= self._fields(part, name)
        if "$ref" in schema:
            fields |= self._fields(self.published[schema["$ref"].removeprefix(PREFIX)], name)
        for key, value in schema.get("properties", {}).items():
            fields[key] = self.node(value, f"{name}.{key}")
        return fields

    def _union(self, variants: list[Mapping[str, Any]], name: str) -> Node:
        nodes = [self.node(each, f"{name}#{place}") for place, each in enumerate(variants)]
        union: dict[str, Any] = {"of": list(dict.fromkeys(nodes))}
        chosen_by = self._chosen_by(nodes)
        if chosen_by:
            union["by"] = chosen_by
        self.unions[name] = union
        return f"@{name}"

    def _chosen_by(self, nodes: list[Node]) -> str | None:
        """Return the field whose words distinguish the variants, if there is one."""
        shapes = [self.shapes.get(node.removeprefix("@"), {}) for node in nodes]
        words = [
            {key.lstrip("!") for key, node in shape.items() if node.startswith("=")}
            for shape in shapes
        ]
        common = set.intersection(*words) if words else set()
        return next((key for key in ("type", "calculation_type") if key in common), None)


def _reference(schema: Mapping[str, Any]) -> str | None:
    """Return which component a schema is, whatever remarks stand beside the reference."""
    if "$ref" in schema and not schema.keys() - {"$ref"} - _REMARKS:
        return str(schema["$ref"]).removeprefix(PREFIX)
    parts = schema.get("allOf", ())
    if len(parts) == 1 and not schema.keys() - {"allOf"} - _REMARKS:
        return _reference(parts[0])
    return None


def _required(schema: Mapping[str, Any], published: Mapping[str, Any]) -> set[str]:
    required = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        required |= _required(part, published)
    if "$ref" in schema:
        required |= _required(published[schema["$ref"].removeprefix(PREFIX)], published)
    return required

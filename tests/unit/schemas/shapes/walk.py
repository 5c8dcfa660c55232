"""What the schemas make of the specification's shapes: what they need, what they leave out."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from schemas import EVENTS
from schemas.errors import spell
from schemas.fields import FreeObject, PartSchema, schema_of
from tests.unit.schemas.shapes.bodies import PUBLISHED, members


#: Kept as they come: a language of conditions, and maps under names that a shop chooses.
KEPT_WHOLE: Final = {
    "CustomerLoyalty.campaigns",
    "LoyaltyTier.earning_rules",
    "LoyaltyTier.rewards",
    "OrderCalculated.redemptions",
    "PublicationsDistributionItemBase.metadata",
    "PublicationsVoucher.metadata",
    "ValidationRule.bundle_rules",
    "ValidationRule.rules",
}


def needed(event_type: str) -> set[str]:
    """List the paths without which the event is no such event."""
    paths = schema_of(EVENTS[event_type]).strict_paths
    return {spell(path[:length]) for path in paths for length in range(1, len(path) + 1)}


def undeclared(readers: Iterable[PartSchema[Any]], node: str, path: str) -> list[str]:
    """List the paths that no reader of a node declares; of several, the best one counts."""
    kind = node.lstrip("?")
    if kind[0] in "[{":
        return undeclared(readers, kind[1:-1], f"{path}[]" if kind[0] == "[" else f"{path}.*")
    if not kind.startswith("@"):
        return []
    if kind[1:] in PUBLISHED["unions"]:
        variants = PUBLISHED["unions"][kind[1:]]["of"]
        return [each for variant in variants for each in undeclared(readers, variant, path)]
    found = [list(_missing(reader, kind[1:], path)) for reader in readers]
    return min(found, key=len, default=[f"{path} is an object, but not read as one"])


def _missing(reader: PartSchema[Any], shape: str, path: str) -> Iterator[str]:
    fields = {field.data_key or name: field for name, field in reader.fields.items()}
    for member in members(shape):
        here = f"{path}.{member.name}".lstrip(".")
        field = fields.get(member.name)
        if field is None:
            yield here
        elif isinstance(field, FreeObject):
            if set("@{") & set(member.node) and f"{shape}.{member.name}" not in KEPT_WHOLE:
                yield f"{here} is an object of known fields, but kept as it comes"
        else:
            yield from undeclared(getattr(field, "schemas", ()), member.node, here)

"""How single values are read from the wire: tolerant unless a decision rests on them."""

from schemas.fields.amount import Amount, Whole
from schemas.fields.deriving import schema_of
from schemas.fields.nested import Part, Parts, PartSchema, PartsOrOne, Variant
from schemas.fields.simple import Choice, Declared, Flag, FreeObject, Text, Timestamp


__all__ = [
    "Amount",
    "Choice",
    "Declared",
    "Flag",
    "FreeObject",
    "Part",
    "PartSchema",
    "Parts",
    "PartsOrOne",
    "Text",
    "Timestamp",
    "Variant",
    "Whole",
    "schema_of",
]

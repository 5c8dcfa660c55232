"""How single values are read from the wire: tolerant unless a decision rests on them."""

from schemas.fields.amount import Amount, Whole
from schemas.fields.base import Declared
from schemas.fields.choice import Choice, UnknownValue
from schemas.fields.deriving import ADDED, OR_ONE, ChosenBy, Named, names_of, schema_of
from schemas.fields.free_object import FreeObject
from schemas.fields.part import Part, Parts, PartSchema, PartsOrOne, Variant
from schemas.fields.scalars import Flag, Text
from schemas.fields.timestamp import Timestamp, read_timestamp


__all__ = [
    "ADDED",
    "OR_ONE",
    "Amount",
    "Choice",
    "ChosenBy",
    "Declared",
    "Flag",
    "FreeObject",
    "Named",
    "Part",
    "PartSchema",
    "Parts",
    "PartsOrOne",
    "Text",
    "Timestamp",
    "UnknownValue",
    "Variant",
    "Whole",
    "names_of",
    "read_timestamp",
    "schema_of",
]

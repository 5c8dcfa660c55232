"""How single values are read from the wire: tolerant unless a decision rests on them."""

from schemas.fields.amount import Amount, Whole
from schemas.fields.base import Declared
from schemas.fields.choice import Choice, UnknownValue
from schemas.fields.free_object import FreeObject
from schemas.fields.part import Part, Parts, PartSchema
from schemas.fields.scalars import Flag, Text
from schemas.fields.timestamp import Timestamp, read_timestamp


__all__ = [
    "Amount",
    "Choice",
    "Declared",
    "Flag",
    "FreeObject",
    "Part",
    "PartSchema",
    "Parts",
    "Text",
    "Timestamp",
    "UnknownValue",
    "Whole",
    "read_timestamp",
]

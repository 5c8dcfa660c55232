from dataclasses import dataclass
from datetime import datetime

from schemas.fields import Choice, PartSchema, Text, Timestamp, UnknownValue, Whole
from schemas.vocabulary import StackingRulesType


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A shop's category of campaigns and vouchers, with its rank among the others."""

    id: str | None = None
    name: str | None = None
    hierarchy: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    stacking_rules_type: StackingRulesType | UnknownValue | None = None
    object: str | None = None


class CategorySchema(PartSchema[Category]):
    """Reads `Category`."""

    makes = Category

    id = Text()
    name = Text()
    hierarchy = Whole()
    created_at = Timestamp()
    updated_at = Timestamp()
    stacking_rules_type = Choice(StackingRulesType)
    object = Text()

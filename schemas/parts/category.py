from dataclasses import dataclass
from datetime import datetime

from schemas.fields import UnknownValue
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

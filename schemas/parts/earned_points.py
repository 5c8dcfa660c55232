from dataclasses import dataclass, field

from schemas.fields import UnknownValue
from schemas.vocabulary_of_orders import ItemKind
from schemas.vocabulary_of_rules import CalculationType, EarningType


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsPer:
    """
    So many points for every so much of what is counted.

    Only the shop's own fields have a `property`.
    """

    every: int | None = None
    points: int | None = None
    property: str | None = None
    object: ItemKind | UnknownValue | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerOrder:
    """What of an order is counted."""

    amount: PointsPer | None = None
    total_amount: PointsPer | None = None
    metadata: PointsPer | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerOrderItems:
    """What of the items of an order is counted."""

    quantity: PointsPer | None = None
    amount: PointsPer | None = None
    subtotal_amount: PointsPer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerMetadata:
    """Which of the shop's own fields is counted."""

    metadata: PointsPer | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedPoints:
    """
    How many points a rule gives: `EarningRuleFixed` and all forms of `EarningRuleProportional`.

    `calculation_type` says which of the objects is there.
    """

    type: EarningType | UnknownValue | None = None
    points: int | None = None
    calculation_type: CalculationType | UnknownValue | None = None
    order: PerOrder | None = None
    order_items: PerOrderItems | None = None
    customer: PerMetadata | None = None
    custom_event: PerMetadata | None = None

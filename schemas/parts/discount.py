from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from schemas.fields import ChosenBy, UnknownValue
from schemas.parts.money_discount import AmountDiscount, FixedDiscount, PercentDiscount
from schemas.parts.unit_discount import ManyUnitsDiscount, UnitDiscount
from schemas.vocabulary import DiscountType


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDiscount:
    """A discount of a type that is not known, or that has none."""

    type: DiscountType | UnknownValue | None = None
    effect: str | None = None


_BY_TYPE: Final[Mapping[Any, type[Any]]] = {
    DiscountType.AMOUNT: AmountDiscount,
    DiscountType.UNIT: UnitDiscount,
    DiscountType.PERCENT: PercentDiscount,
    DiscountType.FIXED: FixedDiscount,
}


def kind_of(value: Any) -> type[Any]:
    """Tell which discount this is: what its `type` says."""
    if not isinstance(value, Mapping):
        return OtherDiscount
    kind = value.get("type")
    # Both kinds of UNIT discount share their type, and an example of an AMOUNT one
    # has `units: null`: only a list tells.
    if kind == DiscountType.UNIT and isinstance(value.get("units"), list):
        return ManyUnitsDiscount
    return _BY_TYPE.get(kind, OtherDiscount) if isinstance(kind, str) else OtherDiscount


Discount = Annotated[
    AmountDiscount
    | UnitDiscount
    | ManyUnitsDiscount
    | PercentDiscount
    | FixedDiscount
    | OtherDiscount,
    ChosenBy(kind_of),
]

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from schemas.fields import Choice, Declared, PartSchema, Text, UnknownValue
from schemas.fields.part import read_part
from schemas.parts.money_discount import (
    AmountDiscount,
    AmountDiscountSchema,
    FixedDiscount,
    FixedDiscountSchema,
    PercentDiscount,
    PercentDiscountSchema,
)
from schemas.parts.unit_discount import (
    ManyUnitsDiscount,
    ManyUnitsDiscountSchema,
    UnitDiscount,
    UnitDiscountSchema,
)
from schemas.vocabulary import DiscountType


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDiscount:
    """A discount of a type that is not known, or that has none."""

    type: DiscountType | UnknownValue | None = None
    effect: str | None = None


Discount = (
    AmountDiscount
    | UnitDiscount
    | ManyUnitsDiscount
    | PercentDiscount
    | FixedDiscount
    | OtherDiscount
)


class OtherDiscountSchema(PartSchema[OtherDiscount]):
    """Reads `OtherDiscount`."""

    makes = OtherDiscount

    type = Choice(DiscountType)
    effect = Text()


class DiscountField(Declared[Discount]):
    """A discount, read as what its `type` says it is."""

    _by_type: ClassVar[dict[str, PartSchema[Any]]] = {
        DiscountType.AMOUNT: AmountDiscountSchema(),
        DiscountType.UNIT: UnitDiscountSchema(),
        DiscountType.PERCENT: PercentDiscountSchema(),
        DiscountType.FIXED: FixedDiscountSchema(),
    }
    _many_units: ClassVar[PartSchema[Any]] = ManyUnitsDiscountSchema()
    _other: ClassVar[PartSchema[Any]] = OtherDiscountSchema()

    @property
    def schemas(self) -> Iterable[PartSchema[Any]]:
        """Every schema that may read this field."""
        return (*self._by_type.values(), self._many_units, self._other)

    def read(self, value: Any) -> Discount:
        """Read what can be read of a discount."""
        discount: Discount = read_part(self._schema_of(value), value)
        return discount

    def _schema_of(self, value: Any) -> PartSchema[Any]:
        if not isinstance(value, Mapping):
            return self._other
        kind = value.get("type")
        # Both kinds of UNIT discount share their type, and an example of an AMOUNT one
        # has `units: null`: only a list tells.
        if kind == DiscountType.UNIT and isinstance(value.get("units"), list):
            return self._many_units
        return self._by_type.get(kind, self._other) if isinstance(kind, str) else self._other

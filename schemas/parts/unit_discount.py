from dataclasses import dataclass
from decimal import Decimal

from schemas.fields import UnknownValue
from schemas.vocabulary import DiscountType, UnitEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitItem:
    """The product, or the variant of one (`sku`), that is given away."""

    id: str | None = None
    source_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDiscount:
    """So many units of one product for nothing."""

    type: DiscountType | UnknownValue | None = None
    unit_type: str | None = None
    unit_off: int | Decimal | None = None
    unit_off_formula: str | None = None
    effect: UnitEffect | UnknownValue | None = None
    product: UnitItem | None = None
    sku: UnitItem | None = None
    is_dynamic: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeUnits:
    """One of the products of a discount that gives away several."""

    effect: UnitEffect | UnknownValue | None = None
    unit_type: str | None = None
    unit_off: int | Decimal | None = None
    unit_off_formula: str | None = None
    product: UnitItem | None = None
    sku: UnitItem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyUnitsDiscount:
    """Units of several products for nothing."""

    type: DiscountType | UnknownValue | None = None
    effect: UnitEffect | UnknownValue | None = None
    units: tuple[FreeUnits, ...] | None = None

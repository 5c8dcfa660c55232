"""What a code or a promotion gives: discounts of all kinds, and the credit of a gift card."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

from schemas.fields.simple import UnknownValue
from schemas.model import ChosenBy, Model
from schemas.vocabulary.vouchers import DiscountEffect, DiscountType, UnitEffect


class AmountDiscount(Model):
    """So many cents off."""

    type: DiscountType | UnknownValue | None = None
    amount_off: int | Decimal | None = None
    amount_off_formula: str | None = None
    aggregated_amount_limit: int | Decimal | None = None
    effect: DiscountEffect | UnknownValue | None = None
    is_dynamic: bool | None = None


class PercentDiscount(Model):
    """So many percent off."""

    type: DiscountType | UnknownValue | None = None
    percent_off: int | Decimal | None = None
    percent_off_formula: str | None = None
    amount_limit: int | Decimal | None = None
    aggregated_amount_limit: int | Decimal | None = None
    effect: DiscountEffect | UnknownValue | None = None
    is_dynamic: bool | None = None


class FixedDiscount(Model):
    """A new price in cents, whatever the old one was."""

    type: DiscountType | UnknownValue | None = None
    fixed_amount: int | Decimal | None = None
    fixed_amount_formula: str | None = None
    effect: DiscountEffect | UnknownValue | None = None
    is_dynamic: bool | None = None


class UnitItem(Model):
    """The product, or the variant of one (`sku`), that is given away."""

    id: str | None = None
    source_id: str | None = None
    name: str | None = None


class UnitDiscount(Model):
    """So many units of one product for nothing."""

    type: DiscountType | UnknownValue | None = None
    unit_type: str | None = None
    unit_off: int | Decimal | None = None
    unit_off_formula: str | None = None
    effect: UnitEffect | UnknownValue | None = None
    product: UnitItem | None = None
    sku: UnitItem | None = None
    is_dynamic: bool | None = None


class FreeUnits(Model):
    """One of the products of a discount that gives away several."""

    effect: UnitEffect | UnknownValue | None = None
    unit_type: str | None = None
    unit_off: int | Decimal | None = None
    unit_off_formula: str | None = None
    product: UnitItem | None = None
    sku: UnitItem | None = None


class ManyUnitsDiscount(Model):
    """Units of several products for nothing."""

    type: DiscountType | UnknownValue | None = None
    effect: UnitEffect | UnknownValue | None = None
    units: tuple[FreeUnits, ...] | None = None


class OtherDiscount(Model):
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
    """Return the class for the discount's `type`."""
    if not isinstance(value, Mapping):
        return OtherDiscount
    kind = value.get("type")
    # Both kinds of UNIT discount share their type, and an example of an AMOUNT one
    # has `units: null`: so only a list decides.
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


class Gift(Model):
    """
    The credit of a gift card, in cents (`Gift`). Campaigns show it without a balance.

    Keys that the specification forbids, as `subtracted_amount`, do come.
    """

    amount: int | Decimal | None = None
    balance: int | Decimal | None = None
    effect: DiscountEffect | UnknownValue | None = None

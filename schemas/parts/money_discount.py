from dataclasses import dataclass
from decimal import Decimal

from schemas.fields import Amount, Choice, Flag, PartSchema, Text, UnknownValue
from schemas.vocabulary import DiscountEffect, DiscountType


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountDiscount:
    """So many cents off."""

    type: DiscountType | UnknownValue | None = None
    amount_off: int | Decimal | None = None
    amount_off_formula: str | None = None
    aggregated_amount_limit: int | Decimal | None = None
    effect: DiscountEffect | UnknownValue | None = None
    is_dynamic: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentDiscount:
    """So many percent off."""

    type: DiscountType | UnknownValue | None = None
    percent_off: int | Decimal | None = None
    percent_off_formula: str | None = None
    amount_limit: int | Decimal | None = None
    aggregated_amount_limit: int | Decimal | None = None
    effect: DiscountEffect | UnknownValue | None = None
    is_dynamic: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedDiscount:
    """A new price in cents, whatever the old one was."""

    type: DiscountType | UnknownValue | None = None
    fixed_amount: int | Decimal | None = None
    fixed_amount_formula: str | None = None
    effect: DiscountEffect | UnknownValue | None = None
    is_dynamic: bool | None = None


class AmountDiscountSchema(PartSchema[AmountDiscount]):
    """Reads `AmountDiscount`."""

    makes = AmountDiscount

    type = Choice(DiscountType)
    amount_off = Amount()
    amount_off_formula = Text()
    aggregated_amount_limit = Amount()
    effect = Choice(DiscountEffect)
    is_dynamic = Flag()


class PercentDiscountSchema(PartSchema[PercentDiscount]):
    """Reads `PercentDiscount`."""

    makes = PercentDiscount

    type = Choice(DiscountType)
    percent_off = Amount()
    percent_off_formula = Text()
    amount_limit = Amount()
    aggregated_amount_limit = Amount()
    effect = Choice(DiscountEffect)
    is_dynamic = Flag()


class FixedDiscountSchema(PartSchema[FixedDiscount]):
    """Reads `FixedDiscount`."""

    makes = FixedDiscount

    type = Choice(DiscountType)
    fixed_amount = Amount()
    fixed_amount_formula = Text()
    effect = Choice(DiscountEffect)
    is_dynamic = Flag()

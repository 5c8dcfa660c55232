from dataclasses import dataclass
from decimal import Decimal

from schemas.fields import UnknownValue
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

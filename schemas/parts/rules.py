"""Validation rules."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.vocabulary.orders import ItemKind
from schemas.vocabulary.rules import ApplicableEffect, ApplicableTarget, RuleType


class RuleError(Model):
    """The message for a customer when a rule is not met."""

    message: str | None = None


class ItemUnits(Model):
    """Which units of an item of the order a rule is about."""

    index: int | None = None
    units: tuple[int, ...] | None = None


class ApplicableTo(Model):
    """
    Products that a discount applies to, or not (`ApplicableTo`).

    The specification calls `price_formula` a number, so a text that is none is not read.
    """

    object: ItemKind | UnknownValue | None = None
    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    product_id: str | None = None
    product_source_id: str | None = None
    strict: bool | None = None
    price: int | Decimal | None = None
    price_formula: int | Decimal | None = None
    effect: ApplicableEffect | UnknownValue | None = None
    quantity_limit: int | None = None
    aggregated_quantity_limit: int | None = None
    amount_limit: int | Decimal | None = None
    aggregated_amount_limit: int | Decimal | None = None
    order_item_indices: tuple[int, ...] | None = None
    order_item_units: tuple[ItemUnits, ...] | None = None
    repeat: int | None = None
    skip_initially: int | None = None
    target: ApplicableTarget | UnknownValue | None = None


class Applicability(Model):
    """The products that a rule lets a discount apply to."""

    excluded: tuple[ApplicableTo, ...] | None = None
    included: tuple[ApplicableTo, ...] | None = None
    included_all: bool | None = None


class ValidationRule(Model):
    """
    A validation rule (`ValidationRule`).

    `rules` and `bundle_rules` are kept as they come: their names are numbers, beside `logic` that
    joins these. `context_type` is one of some seventy values that Voucherify keeps adding to.
    """

    id: str | None = None
    name: str | None = None
    rules: Mapping[str, Any] | None = field(default=None, repr=False)
    bundle_rules: Mapping[str, Any] | None = field(default=None, repr=False)
    error: RuleError | None = None
    applicable_to: Applicability | None = None
    type: RuleType | UnknownValue | None = None
    context_type: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    assignments_count: int | None = None
    object: str | None = None


class IdentifiedRule(ValidationRule):
    """The validation rule that an event is about."""

    id: str

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields import UnknownValue
from schemas.parts.full_customer import FullCustomer
from schemas.vocabulary_of_orders import ItemKind, OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedProduct:
    """A product as it stood in an order (`OrderItemProduct`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    name: str | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    price: int | Decimal | None = None
    override: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedSku:
    """A variant as it stood in an order (`OrderItemSku`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    sku: str | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    price: int | Decimal | None = None
    override: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem:
    """
    A line of an order, in cents (`OrderItemCalculated`, `SimpleOrderItem`).

    The examples have the product within, which the specification shows elsewhere.
    """

    id: str | None = None
    sku_id: str | None = None
    product_id: str | None = None
    related_object: ItemKind | UnknownValue | None = None
    source_id: str | None = field(default=None, repr=False)
    quantity: int | None = None
    discount_quantity: int | None = None
    initial_quantity: int | None = None
    amount: int | Decimal | None = None
    discount_amount: int | Decimal | None = None
    applied_discount_amount: int | Decimal | None = None
    applied_discount_quantity: int | None = None
    applied_quantity: int | None = None
    applied_quantity_amount: int | Decimal | None = None
    initial_amount: int | Decimal | None = None
    price: int | Decimal | None = None
    subtotal_amount: int | Decimal | None = None
    product: OrderedProduct | None = None
    sku: OrderedSku | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    object: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    An order, in cents (`OrderCalculated`, `SimpleOrder`).

    The short form requires not even the id; it comes with times that the specification does not
    show, and never with `customer` and `referrer`. Of the latter the id alone may be told.
    `redemptions` is kept as it comes: its names are ids of redemptions.
    """

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    status: OrderStatus | UnknownValue | None = None
    amount: int | Decimal | None = None
    initial_amount: int | Decimal | None = None
    discount_amount: int | Decimal | None = None
    items_discount_amount: int | Decimal | None = None
    total_discount_amount: int | Decimal | None = None
    total_amount: int | Decimal | None = None
    applied_discount_amount: int | Decimal | None = None
    items_applied_discount_amount: int | Decimal | None = None
    total_applied_discount_amount: int | Decimal | None = None
    items: tuple[OrderItem, ...] | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    customer_id: str | None = None
    referrer_id: str | None = None
    customer: FullCustomer | None = None
    referrer: FullCustomer | None = None
    redemptions: Mapping[str, Any] | None = field(default=None, repr=False)
    object: str | None = None

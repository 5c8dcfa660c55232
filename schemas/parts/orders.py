"""Orders and their items; products, in short and in full."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.fields.simple import UnknownValue
from schemas.model import Model
from schemas.parts.customers import FullCustomer
from schemas.vocabulary.orders import ItemKind, OrderStatus


class OrderedProduct(Model):
    """A product as it stood in an order (`OrderItemProduct`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    name: str | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    price: int | Decimal | None = None
    override: bool | None = None


class OrderedSku(Model):
    """A variant as it stood in an order (`OrderItemSku`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    sku: str | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    price: int | Decimal | None = None
    override: bool | None = None


class OrderItem(Model):
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


class Order(Model):
    """
    An order, in cents (`OrderCalculated`, `SimpleOrder`).

    The short form requires not even the id; it comes with times that the specification does not
    show, and never with `customer` and `referrer`. The referrer may be an id alone.
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


class Product(Model):
    """A product in short (`SimpleProduct`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    name: str | None = None


class Sku(Model):
    """A variant of a product in short (`SimpleSku`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    sku: str | None = None


class FullSku(Sku):
    """A variant of a product (`Sku`)."""

    product_id: str | None = None
    price: int | Decimal | None = None
    currency: str | None = None
    attributes: Mapping[str, Any] | None = field(default=None, repr=False)
    image_url: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None


class Skus(Model):
    """The variants of a product (`SkusListForProduct`)."""

    object: str | None = None
    data_ref: str | None = None
    data: tuple[FullSku, ...] | None = None
    total: int | None = None


class FullProduct(Product):
    """A product (`Product`); its attributes are names, those of a variant have values."""

    price: int | Decimal | None = None
    attributes: tuple[str, ...] | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    image_url: str | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    object: str | None = None
    skus: Skus | None = None

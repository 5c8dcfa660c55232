from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product in short (`SimpleProduct`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """A variant of a product in short (`SimpleSku`)."""

    id: str | None = None
    source_id: str | None = field(default=None, repr=False)
    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Skus:
    """The variants of a product (`SkusListForProduct`)."""

    object: str | None = None
    data_ref: str | None = None
    data: tuple[FullSku, ...] | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.parts.references import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionTier:
    """A tier of a promotion in short (`SimplePromotionTier`)."""

    id: str | None = None
    name: str | None = None
    banner: str | None = None
    campaign: Reference | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedTiers:
    """Ids of the tiers of a stack, in their order."""

    ids: tuple[str, ...] | None = None
    hierarchy_mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionStack:
    """Promotion tiers that are applied together (`SimplePromotionStack`)."""

    id: str | None = None
    name: str | None = None
    category_id: str | None = None
    campaign: Reference | None = None
    tiers: StackedTiers | None = None

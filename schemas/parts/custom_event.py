from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.parts.customer import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReferral:
    """The referral that the shop's own event belongs to."""

    referrer_id: str | None = None
    code: str | None = field(default=None, repr=False)
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLoyalty:
    """The loyalty card that the shop's own event belongs to."""

    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomEvent:
    """
    An event of the shop's own making.

    `CustomEvent` of the specification; `type` is the name that the shop gave it.
    """

    id: str | None = None
    object: str | None = None
    type: str | None = None
    customer: Customer | None = None
    referral: EventReferral | None = None
    loyalty: EventLoyalty | None = None
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    created_at: datetime | None = None

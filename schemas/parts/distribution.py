from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from schemas.fields import OR_ONE, UnknownValue
from schemas.parts.full_customer import FullCustomer
from schemas.vocabulary_of_orders import DistributionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionParameters:
    """To whom what is sent, and how."""

    method: str | None = None
    subject: str | None = field(default=None, repr=False)
    customer: FullCustomer | None = None
    campaign_id: str | None = None
    promotion_tier_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionConsents:
    """Whether the consents of customers are not asked for."""

    disabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A sending of messages or codes (`SimpleDistribution`)."""

    id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    status: DistributionStatus | UnknownValue | None = None
    parameters: DistributionParameters | None = None
    consents: DistributionConsents | None = None
    set_live_at: datetime | None = None
    distribution_channels: Annotated[tuple[str, ...], OR_ONE] | None = None

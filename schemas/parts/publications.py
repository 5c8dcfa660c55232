"""Publications and distributions: how customers were given codes."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Annotated, Any

from schemas.fields.simple import UnknownValue
from schemas.model import OR_ONE, Model
from schemas.parts.customers import FullCustomer
from schemas.parts.vouchers import FullVoucher
from schemas.vocabulary.orders import DistributionStatus


class Publication(Model):
    """
    Codes were given to a customer, in a project or by a distribution.

    `ListPublicationsItemBase`, `PublicationsDistributionItemBase` and `PublicationsVoucher` of the
    specification in one: only the last has the voucher.
    """

    id: str | None = None
    object: str | None = None
    created_at: datetime | None = None
    customer_id: str | None = None
    tracking_id: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    channel: str | None = None
    source_id: str | None = field(default=None, repr=False)
    result: str | None = None
    customer: FullCustomer | None = None
    vouchers_id: tuple[str, ...] | None = None
    voucher: FullVoucher | None = None


class DistributionParameters(Model):
    """What is sent, how, and its recipient."""

    method: str | None = None
    subject: str | None = field(default=None, repr=False)
    customer: FullCustomer | None = None
    campaign_id: str | None = None
    promotion_tier_id: str | None = None


class DistributionConsents(Model):
    """Whether the consents of customers are not asked for."""

    disabled: bool | None = None


class Distribution(Model):
    """A sending of messages or codes (`SimpleDistribution`)."""

    id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    status: DistributionStatus | UnknownValue | None = None
    parameters: DistributionParameters | None = None
    consents: DistributionConsents | None = None
    set_live_at: datetime | None = None
    distribution_channels: Annotated[tuple[str, ...], OR_ONE] | None = None

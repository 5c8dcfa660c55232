"""`voucher.created`, `.updated`, `.enabled`, `.disabled`, `.published` and `.deleted`."""

from dataclasses import dataclass
from datetime import datetime

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.full_voucher import FullVoucher
from schemas.parts.publication import Publication
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherEvent(Event):
    """What the events about a code have in common. `campaign` is null for a code without one."""

    voucher: FullVoucher | None = None
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherCreated(VoucherEvent):
    """A code was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherDeleted(VoucherEvent):
    """A code was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherDisabled(VoucherEvent):
    """A code was switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherEnabled(VoucherEvent):
    """A code was switched on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherUpdated(VoucherEvent):
    """A code was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherPublished(Event):
    """A code was given to somebody (`EventVoucherPublishedData`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    publication: Publication | None = None
    voucher: Voucher | None = None
    created_at: datetime | None = None

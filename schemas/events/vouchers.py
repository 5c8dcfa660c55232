"""Events about codes and their publication."""

from datetime import datetime

from schemas.event import Event
from schemas.model import Model
from schemas.parts.campaigns import Campaign
from schemas.parts.customers import Customer
from schemas.parts.publications import Publication
from schemas.parts.vouchers import FullVoucher, Voucher


class VoucherEvent(Event):
    """What the events about a code have in common. `campaign` is null for a code without one."""

    voucher: FullVoucher | None = None
    campaign: Campaign | None = None


class VoucherCreated(VoucherEvent, event_type="voucher.created"):
    """A code was made."""


class VoucherDeleted(VoucherEvent, event_type="voucher.deleted"):
    """A code was deleted."""


class VoucherDisabled(VoucherEvent, event_type="voucher.disabled"):
    """A code was switched off."""


class VoucherEnabled(VoucherEvent, event_type="voucher.enabled"):
    """A code was switched on."""


class VoucherUpdated(VoucherEvent, event_type="voucher.updated"):
    """A code was changed."""


class VoucherPublished(Event, event_type="voucher.published"):
    """A code was given to a customer (`EventVoucherPublishedData`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    publication: Publication | None = None
    voucher: Voucher | None = None
    created_at: datetime | None = None


class PublicationUser(Model):
    """Who gave the code away in the dashboard."""

    id: str | None = None


class PublicationSucceeded(Event, event_type="publication.succeeded"):
    """
    Codes were given to a customer (`EventPublicationSucceededData`).

    In an example the codes are in `vouchers`, which the specification does not show.
    """

    customer: Customer | None = None
    campaign: Campaign | None = None
    publication: Publication | None = None
    voucher: Voucher | None = None
    vouchers: tuple[Voucher, ...] | None = None
    user: PublicationUser | None = None


class CustomerPublicationSucceeded(Event, event_type="customer.publication.succeeded"):
    """A customer was given a code (`EventCustomerPublicationSucceededData`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    voucher: Voucher | None = None
    publication: Publication | None = None

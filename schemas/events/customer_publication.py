"""`customer.publication.succeeded`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.publication import Publication
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPublicationSucceeded(Event):
    """A customer was given a code (`EventCustomerPublicationSucceededData`)."""

    customer: Customer | None = None
    campaign: Campaign | None = None
    voucher: Voucher | None = None
    publication: Publication | None = None

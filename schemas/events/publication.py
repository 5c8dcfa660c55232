"""`publication.succeeded`."""

from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.publication import Publication
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationUser:
    """Who gave the code away in the dashboard."""

    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationSucceeded(Event):
    """
    Codes were given to somebody (`EventPublicationSucceededData`).

    In an example the codes are in `vouchers`, which the specification does not show.
    """

    customer: Customer | None = None
    campaign: Campaign | None = None
    publication: Publication | None = None
    voucher: Voucher | None = None
    vouchers: tuple[Voucher, ...] | None = None
    user: PublicationUser | None = None

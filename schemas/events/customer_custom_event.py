"""`customer.custom_event`."""

from dataclasses import dataclass
from typing import Annotated

from schemas.events.distributed import SentByDistribution
from schemas.fields import Named
from schemas.parts.campaign import Campaign
from schemas.parts.custom_event import CustomEvent
from schemas.parts.customer import Customer
from schemas.parts.referral_program import CustomEventDefinition
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomReferral:
    """The referral that an event of the shop's own belongs to."""

    referrer: Customer | None = None
    voucher: Voucher | None = None
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomLoyalty:
    """The loyalty card that an event of the shop's own belongs to."""

    voucher: Voucher | None = None
    campaign: Campaign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCustomEvent(SentByDistribution):
    """
    A customer did what the shop has its own event for (`EventCustomerCustomEventData`).

    `custom_event` is the field `event` of the body, `event_schema` says which of the shop's it is.
    """

    custom_event: Annotated[CustomEvent | None, Named("event")] = None
    event_schema: CustomEventDefinition | None = None
    customer: Customer | None = None
    referral: CustomReferral | None = None
    loyalty: CustomLoyalty | None = None

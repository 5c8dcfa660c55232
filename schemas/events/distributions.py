"""Events that can set off a distribution: orders, segments and events of the shop's own."""

from typing import Annotated

from schemas.event import Event
from schemas.model import Model, Named
from schemas.parts.campaigns import Campaign
from schemas.parts.customers import (
    Customer,
    CustomEvent,
    CustomEventDefinition,
    FullCustomer,
    IdentifiedSegment,
)
from schemas.parts.orders import Order
from schemas.parts.promotions import PromotionTier
from schemas.parts.publications import Distribution, Publication
from schemas.parts.redemptions import InternalRedemption
from schemas.parts.vouchers import Voucher


class SentByDistribution(Event):
    """
    What a distribution adds to the events that set it off.

    `EventDistributionScenariosPromotionSendCode` of the specification.
    """

    campaign: Campaign | None = None
    voucher: Voucher | None = None
    publication: Publication | None = None
    promotion_tier: PromotionTier | None = None


class CustomReferral(Model):
    """The referral that an event of the shop's own belongs to."""

    referrer: Customer | None = None
    voucher: Voucher | None = None
    campaign: Campaign | None = None


class CustomLoyalty(Model):
    """The loyalty card that an event of the shop's own belongs to."""

    voucher: Voucher | None = None
    campaign: Campaign | None = None


class CustomerCustomEvent(SentByDistribution, event_type="customer.custom_event"):
    """
    A customer did what the shop has its own event for (`EventCustomerCustomEventData`).

    `custom_event` is the field `event` of the body, `event_schema` says which of the shop's it is.
    """

    custom_event: Annotated[CustomEvent | None, Named("event")] = None
    event_schema: CustomEventDefinition | None = None
    customer: Customer | None = None
    referral: CustomReferral | None = None
    loyalty: CustomLoyalty | None = None


class CustomerOrder(SentByDistribution):
    """What the events about an order have in common (`EventCustomerOrder`)."""

    customer: Customer | None = None
    referrer: Customer | None = None
    order: Order | None = None
    redemption: InternalRedemption | None = None


class CustomerOrderCanceled(CustomerOrder, event_type="customer.order.canceled"):
    """An order was canceled."""


class CustomerOrderCreated(CustomerOrder, event_type="customer.order.created"):
    """An order was made."""


class CustomerOrderPaid(CustomerOrder, event_type="customer.order.paid"):
    """An order was paid."""


class CustomerOrderUpdated(CustomerOrder, event_type="customer.order.updated"):
    """An order was changed."""


class CustomerSegmentEntered(SentByDistribution, event_type="customer.segment.entered"):
    """A customer came into a segment (`EventCustomerSegmentEnteredData`)."""

    customer: FullCustomer | None = None
    segment: IdentifiedSegment


class CustomerSegmentLeft(SentByDistribution, event_type="customer.segment.left"):
    """A customer left a segment (`EventCustomerSegmentLeftData`)."""

    customer: FullCustomer | None = None
    segment: IdentifiedSegment


class ManualDistributionSchedule(SentByDistribution, event_type="manual_distribution_schedule"):
    """A planned distribution was sent (`EventDistributionData`)."""

    distribution: Distribution | None = None
    customer: Customer | None = None

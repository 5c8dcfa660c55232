"""`customer.order.*`."""

from dataclasses import dataclass

from schemas.events.distributed import SentByDistribution
from schemas.parts.customer import Customer
from schemas.parts.internal_redemption import InternalRedemption
from schemas.parts.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrder(SentByDistribution):
    """What the events about an order have in common (`EventCustomerOrder`)."""

    customer: Customer | None = None
    referrer: Customer | None = None
    order: Order | None = None
    redemption: InternalRedemption | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrderCanceled(CustomerOrder):
    """An order was canceled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrderCreated(CustomerOrder):
    """An order was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrderPaid(CustomerOrder):
    """An order was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrderUpdated(CustomerOrder):
    """An order was changed."""

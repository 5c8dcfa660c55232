"""Customers, in short and in full, their segments and the events of the shop's own."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from schemas.model import Model


class Customer(Model):
    """
    A customer as events show one (`SimpleCustomer`): nothing is required, even `id`.

    The shop's own `source_id` is often an e-mail address, so it is hidden like the name.
    """

    id: str | None = None
    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    source_id: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    object: str | None = None


class Address(Model):
    """Where a customer lives; all of it is personal."""

    city: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    line_1: str | None = field(default=None, repr=False)
    line_2: str | None = field(default=None, repr=False)
    country: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)


class CustomerAssets(Model):
    """A page of the customer, which anyone who has the address can read."""

    cockpit_url: str | None = field(default=None, repr=False)


class CustomerLoyalty(Model):
    """
    A customer in loyalty programmes (`CustomerLoyalty`).

    `campaigns` is kept as it comes: its names are the programmes' names.
    """

    points: int | None = None
    referred_customers: int | None = None
    campaigns: Mapping[str, Any] | None = field(default=None, repr=False)


class CustomerReferral(Model):
    """The referrer of a customer, or the code that referred them."""

    campaign_id: str | None = None
    referrer_id: str | None = None
    related_object_id: str | None = None
    related_object_type: str | None = None
    date: datetime | None = None


class CustomerReferrals(Model):
    """
    A customer in referral programmes (`CustomerReferrals`).

    The example of `customer.updated` has names where the specification has objects.
    """

    total: int | None = None
    campaigns: tuple[CustomerReferral | str, ...] | None = None


class RedeemedCredits(Model):
    """Cents of gift cards that a customer spent and has."""

    redeemed_amount: int | Decimal | None = None
    amount_to_go: int | Decimal | None = None


class RedeemedPoints(Model):
    """Points that a customer spent and has."""

    redeemed_points: int | None = None
    points_to_go: int | None = None


class CustomerRedemptions(Model):
    """A customer and redemptions (`CustomerSummaryRedemptions`)."""

    total_redeemed: int | None = None
    total_failed: int | None = None
    total_succeeded: int | None = None
    total_rolled_back: int | None = None
    total_rollback_failed: int | None = None
    total_rollback_succeeded: int | None = None
    gift: RedeemedCredits | None = None
    loyalty_card: RedeemedPoints | None = None


class CustomerOrders(Model):
    """A customer and orders, in cents (`CustomerSummaryOrders`)."""

    total_amount: int | Decimal | None = None
    total_count: int | None = None
    average_amount: int | Decimal | None = None
    last_order_amount: int | Decimal | None = None
    last_order_date: datetime | None = None


class CustomerSummary(Model):
    """What a customer has done so far (`CustomerSummary`)."""

    redemptions: CustomerRedemptions | None = None
    orders: CustomerOrders | None = None


class FullCustomer(Customer):
    """
    A customer with all that Voucherify knows (`CustomerWithSummaryLoyaltyReferrals`).

    Also read where the specification shows a referrer or an id alone. Even the id is optional.
    """

    description: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    birthdate: str | None = field(default=None, repr=False)
    address: Address | None = field(default=None, repr=False)
    summary: CustomerSummary | None = None
    loyalty: CustomerLoyalty | None = None
    referrals: CustomerReferrals | None = None
    system_metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    assets: CustomerAssets | None = None


class Segment(Model):
    """A group of customers (`SimpleSegment`)."""

    id: str | None = None
    name: str | None = None
    object: str | None = None


class CustomerEvent(Model):
    """What a customer did to earn a reward."""

    segment: Segment | None = None
    event_type: str | None = None


class IdentifiedSegment(Segment):
    """The segment that an event is about."""

    id: str


class EventReferral(Model):
    """The referral that the shop's own event belongs to."""

    referrer_id: str | None = None
    code: str | None = field(default=None, repr=False)
    id: str | None = None


class EventLoyalty(Model):
    """The loyalty card that the shop's own event belongs to."""

    code: str | None = field(default=None, repr=False)


class CustomEvent(Model):
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


class CustomEventDefinition(Model):
    """An event of the shop's own, which it gave a name (`SimpleCustomEvent`)."""

    id: str | None = None
    name: str | None = None

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.parts.customer import Customer
from schemas.parts.customer_summary import CustomerSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a customer lives; all of it is personal."""

    city: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    line_1: str | None = field(default=None, repr=False)
    line_2: str | None = field(default=None, repr=False)
    country: str | None = field(default=None, repr=False)
    postal_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAssets:
    """A page of the customer, which whoever has the address can read."""

    cockpit_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLoyalty:
    """
    A customer in loyalty programmes (`CustomerLoyalty`).

    `campaigns` is kept as it comes: its names are the programmes' names.
    """

    points: int | None = None
    referred_customers: int | None = None
    campaigns: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReferral:
    """By whom, or with what, a customer was referred."""

    campaign_id: str | None = None
    referrer_id: str | None = None
    related_object_id: str | None = None
    related_object_type: str | None = None
    date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReferrals:
    """
    A customer in referral programmes (`CustomerReferrals`).

    The example of `customer.updated` has names where the specification has objects.
    """

    total: int | None = None
    campaigns: tuple[CustomerReferral | str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
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

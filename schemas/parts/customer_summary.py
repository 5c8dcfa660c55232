from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemedCredits:
    """Cents of gift cards that a customer spent and has."""

    redeemed_amount: int | Decimal | None = None
    amount_to_go: int | Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemedPoints:
    """Points that a customer spent and has."""

    redeemed_points: int | None = None
    points_to_go: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRedemptions:
    """A customer and redemptions (`CustomerSummaryRedemptions`)."""

    total_redeemed: int | None = None
    total_failed: int | None = None
    total_succeeded: int | None = None
    total_rolled_back: int | None = None
    total_rollback_failed: int | None = None
    total_rollback_succeeded: int | None = None
    gift: RedeemedCredits | None = None
    loyalty_card: RedeemedPoints | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrders:
    """A customer and orders, in cents (`CustomerSummaryOrders`)."""

    total_amount: int | Decimal | None = None
    total_count: int | None = None
    average_amount: int | Decimal | None = None
    last_order_amount: int | Decimal | None = None
    last_order_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSummary:
    """What a customer has done so far (`CustomerSummary`)."""

    redemptions: CustomerRedemptions | None = None
    orders: CustomerOrders | None = None
